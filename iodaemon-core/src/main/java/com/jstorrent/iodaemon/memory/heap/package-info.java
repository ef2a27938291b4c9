/** How much of the heap things take. */
@NullMarked
package com.jstorrent.iodaemon.memory.heap;

import org.jspecify.annotations.NullMarked;

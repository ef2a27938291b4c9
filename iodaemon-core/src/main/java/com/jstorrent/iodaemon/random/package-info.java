/** Random ids that cannot be guessed. */
@NullMarked
package com.jstorrent.iodaemon.random;

import org.jspecify.annotations.NullMarked;

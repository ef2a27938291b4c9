/** What several fuzz tests share. */
@NullMarked
package com.jstorrent.iodaemon.fuzz;

import org.jspecify.annotations.NullMarked;

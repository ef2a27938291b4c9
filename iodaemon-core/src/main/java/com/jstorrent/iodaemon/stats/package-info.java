/** Counters, their names and their meaning. */
@NullMarked
package com.jstorrent.iodaemon.stats;

import org.jspecify.annotations.NullMarked;

/** The daemon's counters as meters of Micrometer. */
@NullMarked
package com.jstorrent.iodaemon.micrometer;

import org.jspecify.annotations.NullMarked;

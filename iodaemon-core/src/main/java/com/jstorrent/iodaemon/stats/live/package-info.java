/** The live counters, which can be changed. For this project's modules only. */
@NullMarked
package com.jstorrent.iodaemon.stats.live;

import org.jspecify.annotations.NullMarked;

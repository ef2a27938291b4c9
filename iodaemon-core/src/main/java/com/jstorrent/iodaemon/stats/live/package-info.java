/** The counters while they count. For this project's modules only. */
@NullMarked
package com.jstorrent.iodaemon.stats.live;

import org.jspecify.annotations.NullMarked;

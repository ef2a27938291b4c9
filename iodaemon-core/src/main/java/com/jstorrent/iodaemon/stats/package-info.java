/** Counters, and snapshots of the daemon, its sessions and their sockets. */
@NullMarked
package com.jstorrent.iodaemon.stats;

import org.jspecify.annotations.NullMarked;

/**
 * Counters, and snapshots of the daemon, its sessions and their sockets.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.stats;

import org.jspecify.annotations.NullMarked;

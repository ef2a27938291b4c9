/** What a daemon reports about itself: roots, counters, sessions and sockets (PROTOCOL.md § 5.4). */
@NullMarked
package com.jstorrent.iodaemon.client.report;

import org.jspecify.annotations.NullMarked;

/** A client of the daemon: sockets over one WebSocket, with blocking calls. */
@NullMarked
package com.jstorrent.iodaemon.client;

import org.jspecify.annotations.NullMarked;

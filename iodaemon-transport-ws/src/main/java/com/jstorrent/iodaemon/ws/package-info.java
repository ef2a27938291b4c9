/**
 * Binds a session to a WebSocket. Java-WebSocket does the handshake, control frames and the close;
 * messages go past it.
 */
@NullMarked
package com.jstorrent.iodaemon.ws;

import org.jspecify.annotations.NullMarked;

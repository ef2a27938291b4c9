/**
 * Binds a session to a WebSocket. Java-WebSocket does the handshake, control frames, fragments and
 * the close; whole binary messages, which are nearly all of the traffic, go past it.
 */
@NullMarked
package com.jstorrent.iodaemon.ws;

import org.jspecify.annotations.NullMarked;

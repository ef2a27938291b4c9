/**
 * The WebSocket transport. Java-WebSocket handles the handshakes and control frames; messages
 * bypass it.
 */
@NullMarked
package com.jstorrent.iodaemon.ws;

import org.jspecify.annotations.NullMarked;

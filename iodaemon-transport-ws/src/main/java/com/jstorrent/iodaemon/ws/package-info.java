/**
 * The WebSocket transport. Java-WebSocket handles the handshakes and control frames; messages
 * bypass it.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.ws;

import org.jspecify.annotations.NullMarked;

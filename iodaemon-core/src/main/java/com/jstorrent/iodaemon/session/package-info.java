/** The conversation with one client: handshake, then frames dispatched to its sockets. */
@NullMarked
package com.jstorrent.iodaemon.session;

import org.jspecify.annotations.NullMarked;

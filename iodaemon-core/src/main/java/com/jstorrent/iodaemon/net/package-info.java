/**
 * The sockets of clients: peers on one side, frames on the other. {@code net.relay} carries bytes from
 * peers to the client, and writes later what a peer did not take at once.
 */
@NullMarked
package com.jstorrent.iodaemon.net;

import org.jspecify.annotations.NullMarked;

/**
 * The relay: peer sockets on one side, frames on the other. {@link
 * com.jstorrent.iodaemon.net.Relay} carries bytes from peers to the client, {@link
 * com.jstorrent.iodaemon.net.PeerWriter} what a peer did not take at once the other way.
 */
@NullMarked
package com.jstorrent.iodaemon.net;

import org.jspecify.annotations.NullMarked;

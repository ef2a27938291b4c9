package com.jstorrent.iodaemon.transport;

import org.jspecify.annotations.Nullable;

/**
 * What a transport knows about a connection before its first frame.
 *
 * @param authenticated whether the transport has checked the token already (PROTOCOL.md § 2)
 * @param sessionName the client's own name for its session, or null
 * @param endpoint what the connection is for
 * @param hello how the JSON of the handshake is read on this transport
 */
public record ConnectionInfo(
    boolean authenticated, @Nullable String sessionName, Endpoint endpoint, HelloCodec hello) {

  /** For a connection that relays sockets. */
  public ConnectionInfo(boolean authenticated, @Nullable String sessionName, HelloCodec hello) {
    this(authenticated, sessionName, Endpoint.IO, hello);
  }
}

package com.jstorrent.iodaemon.transport;

/** What a transport calls for each new connection. */
@FunctionalInterface
public interface SessionAcceptor {

  /**
   * Starts a session. Any thread may call it; it does not block. From here on the session owns the
   * connection and ends it.
   *
   * @return where the transport delivers what arrives
   */
  FrameReceiver accept(FrameConnection connection, ConnectionInfo info);

  /**
   * Whether a client that has not shown the token yet would be served (PROTOCOL.md § 2). A transport
   * that can refuse a client in a better way than by ERROR asks first.
   */
  default boolean acceptsUnauthenticated() {
    return true;
  }
}

package com.jstorrent.iodaemon.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A transport without sockets, for a program that embeds the daemon and for tests. Clients are bound by
 * the same rules as over a WebSocket: handshake, flow control, limits.
 */
public final class InProcessTransport implements ServerTransport {
  private volatile @Nullable SessionAcceptor sessions;

  /** Serves clients as soon as a daemon that was given it has started. */
  public InProcessTransport() {}

  @Override
  public BoundTransport start(DaemonServices services) {
    sessions = services.sessions();
    return new BoundTransport() {
      @Override
      public int port() {
        return 0;
      }

      @Override
      public void drain() {
        sessions = null;
      }

      @Override
      public void close() {}
    };
  }

  /**
   * Connects a client that has to authenticate itself with CLIENT_HELLO and AUTH.
   *
   * @throws IOException when the daemon does not run
   */
  public InProcessClient connect() throws IOException {
    return connect(new ConnectionInfo(false, null, HelloCodec.EMPTY_ONLY));
  }

  /**
   * Connects a client about which the caller knows more.
   *
   * @throws IOException when the daemon does not run
   */
  public InProcessClient connect(ConnectionInfo info) throws IOException {
    SessionAcceptor acceptor = sessions;
    if (acceptor == null) {
      throw new IOException("The daemon does not run; start it before connecting.");
    }
    return InProcessClient.connect(acceptor, info);
  }
}

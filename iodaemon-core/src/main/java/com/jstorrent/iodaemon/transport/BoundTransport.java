package com.jstorrent.iodaemon.transport;

/** A {@link ServerTransport} that runs. */
public interface BoundTransport extends AutoCloseable {

  /** The TCP port that it serves, or 0 when it has none. */
  int port();

  /**
   * Takes no more connections and ends those that are not a session's own. Sessions are closed by
   * the daemon. Blocks for a bounded time.
   */
  @Override
  void close();
}

package com.jstorrent.iodaemon.transport;

/** A {@link ServerTransport} that runs. */
public interface BoundTransport extends AutoCloseable {

  /** The TCP port that it serves, or 0 when it has none. */
  int port();

  /** Takes no more connections and no more requests; what is under way goes on. Does not block. */
  void drain();

  /**
   * Waits a bounded time for what is under way, then ends every connection. Called after {@link
   * #drain}, and after the sessions have been closed.
   */
  @Override
  void close();
}

package com.jstorrent.iodaemon.transport;

/** A {@link ServerTransport} that is running. */
public interface BoundTransport extends AutoCloseable {

  /** The TCP port that it serves, or 0 when it has none. */
  int port();

  /** Stops taking connections and requests; those in progress go on. Does not block. */
  void drain();

  /**
   * Waits a bounded time for what is in progress, then ends every connection. Called after
   * {@link #drain}, and after the sessions have been closed.
   */
  @Override
  void close();
}

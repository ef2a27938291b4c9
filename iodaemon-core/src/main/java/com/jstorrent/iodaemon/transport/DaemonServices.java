package com.jstorrent.iodaemon.transport;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;

/**
 * What a daemon offers to its transports. Any thread; nothing blocks.
 *
 * @since 1.0
 */
public interface DaemonServices {

  /** Where a transport hands over each connection that has come up. */
  SessionAcceptor sessions();

  /** The daemon's limits. */
  Limits limits();

  /** Where a transport takes what it holds for clients; it opens an account for that. */
  DaemonMemory memory();

  /** For every deadline; its one thread must never be kept waiting. Closed with the daemon. */
  MonotonicClock clock();

  /**
   * Begins to close the daemon, as {@code IoDaemon.close} does, on another thread. Any thread; does
   * not block. Asking again does nothing.
   */
  void requestShutdown();

  /**
   * Reports something that the daemon cannot survive, such as an {@link
   * OutOfMemoryError}. Any thread.
   */
  void reportFailure(Throwable cause);
}

package com.jstorrent.iodaemon.transport;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;

/**
 * What a daemon offers to its transports. Any thread; nothing blocks.
 *
 * @since 1.0
 */
public interface DaemonServices {

  /** Where a transport hands over each new connection. */
  SessionAcceptor sessions();

  /** The daemon's limits. */
  Limits limits();

  /**
   * The memory that clients make the daemon hold; a transport opens an account for what it holds for
   * them.
   */
  DaemonMemory memory();

  /** The clock for every deadline; tasks must never block its one thread. Closed with the daemon. */
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

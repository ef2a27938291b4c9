package com.jstorrent.iodaemon.transport;

import com.jstorrent.iodaemon.access.AccessPolicy;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileHandles;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.RootWatch;
import com.jstorrent.iodaemon.hash.HashService;
import com.jstorrent.iodaemon.stats.CounterHistory;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.stream.StreamService;
import com.jstorrent.iodaemon.time.MonotonicClock;

/** What a daemon offers to its transports. */
public interface DaemonServices {

  SessionAcceptor sessions();

  /** The sessions, to be reported and acted on from outside. */
  SessionDirectory directory();

  /** How the download roots are. */
  RootWatch roots();

  /**
   * Reads roots and allowed origins again, where they come from a profile; both change, or neither.
   * Blocks as long as the disk does.
   *
   * @throws OperationFailure EIO when the profile cannot be read, or makes no sense: nothing has
   *     changed then
   */
  void reload() throws OperationFailure;

  AccessPolicy access();

  FileService files();

  FileHandles handles();

  StreamService streams();

  HashService hashes();

  Stats stats();

  /** What the counters were in the last ten minutes. */
  CounterHistory history();

  Limits limits();

  /** Where a transport takes what it holds for clients; it opens an account for that. */
  DaemonMemory memory();

  /** For every deadline; its one thread must never be kept waiting. Closed with the daemon. */
  MonotonicClock clock();

  /** Where a transport tells of requests that have shown the token. */
  Activity activity();

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

package com.jstorrent.iodaemon.transport.service;

import com.jstorrent.iodaemon.access.AccessPolicy;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileHandles;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.RootWatch;
import com.jstorrent.iodaemon.hash.HashService;
import com.jstorrent.iodaemon.stats.live.CounterHistory;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.stream.StreamService;
import com.jstorrent.iodaemon.transport.DaemonServices;

/**
 * What a daemon offers to a transport that answers requests, such as those of HTTP. Every {@link
 * DaemonServices} of a daemon is one.
 */
public interface RequestServices extends DaemonServices {

  /** The sessions, to be reported and acted on from outside. */
  SessionDirectory directory();

  /** The state of the download roots. */
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

  /** Where a transport reports requests that have shown the token. */
  Activity activity();

  /**
   * The services that a transport was started with.
   *
   * @throws IllegalArgumentException when they are not those of a daemon
   */
  static RequestServices of(DaemonServices services) {
    if (services instanceof RequestServices all) {
      return all;
    }
    throw new IllegalArgumentException(
        "This transport takes the services that an IoDaemon hands to it; pass them on as they are.");
  }
}

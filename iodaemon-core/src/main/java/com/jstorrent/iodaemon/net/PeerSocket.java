package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.SocketReport;
import java.time.Duration;

/** A socket or a server of a client: something with an id of its own (PROTOCOL.md § 3). */
interface PeerSocket {
  int id();

  /** Its numbers for statistics and reports. Any thread. */
  Meter meter();

  /**
   * The client's close, or the end of its connection: the id is free when this returns. What is
   * queued for the peer is still written for as long as {@code linger}. Any thread.
   */
  void clientClose(Duration linger);

  /**
   * As {@link #clientClose}, but the client has not asked for it, and is told. Any thread. A server ends
   * as if the client had stopped it.
   */
  default void abort(Duration linger) {
    clientClose(linger);
  }

  /** Its state and byte counts, for a client that resumes. The relay's thread only. */
  DaemonFrame.Live live();

  /** A snapshot of it for reports. Any thread. */
  SocketReport report();
}

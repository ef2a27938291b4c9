package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.SocketReport;
import java.time.Duration;

/** A socket or a server of a client: something with an id of its own (PROTOCOL.md § 3). */
interface PeerSocket {
  int id();

  /** What is remembered of it. Any thread. */
  Meter meter();

  /**
   * The client's close, or the end of its connection: the id is free when this returns. What is
   * queued for the peer is still written for as long as {@code linger}. Any thread.
   */
  void clientClose(Duration linger);

  /** How far it has come, for a client that resumes. The relay's thread only. */
  DaemonFrame.Live live();

  /** What can be told of it now. Any thread. */
  SocketReport report();
}

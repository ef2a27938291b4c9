package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.time.Duration;

/** What shares one space of ids (PROTOCOL.md § 3). */
sealed interface PeerSocket permits TcpSocket, UdpSocket {
  int id();

  /** What is remembered of it. Any thread. */
  Meter meter();

  /**
   * The client's close, or the end of its connection: the id is free when this returns. What is
   * queued for the peer is still written for as long as {@code linger}. Any thread.
   */
  void clientClose(Duration linger);

  /** How far it has come, for a client that resumes. Any thread, while nothing is relayed. */
  DaemonFrame.Live live();
}

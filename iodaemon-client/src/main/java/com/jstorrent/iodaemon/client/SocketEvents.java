package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.DaemonFrame;

/** Receives what the daemon sends for one socket or server. Called by the client's reader thread. */
interface SocketEvents {

  /** A frame with the id of this socket or server, other than TCP_RECV. May block, which stops reading from the daemon. */
  void onFrame(DaemonFrame frame) throws InterruptedException;

  /** Data of this socket. May block as well. */
  default void onData(ReceivedData data) throws InterruptedException {
    data.release().run();
  }

  /** {@link #onData} must not block any more, so data may be dropped. Any thread may call this. */
  default void stopBlocking() {}

  /** The session has ended. */
  void onLost(ExceptionSupplier why);
}

package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.DaemonFrame;

/** Hears what the daemon says about one socket or server. Called by the client's reader. */
interface SocketEvents {

  /** A frame with the id of this socket or server. May block, which stops reading from the daemon. */
  void onFrame(DaemonFrame frame) throws InterruptedException;

  /** The session has ended. */
  void onLost(Failure why);
}

package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.net.ClientSockets;
import com.jstorrent.iodaemon.net.Resumption;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sockets that a connection serves: its own, or, from RESUME on, those of a lost connection. The
 * reader changes them, once, while the relay works for them; the lock decides who is first when the
 * connection breaks at that moment.
 */
final class ServedSockets {
  private final ClientSockets own;
  private final CountDownLatch relayOver = new CountDownLatch(1);
  private final ReentrantLock handover = new ReentrantLock();
  private volatile ClientSockets current; // changed under the lock
  private ClientSockets relayed; // the relay's thread only

  ServedSockets(ClientSockets own) {
    this.own = own;
    this.current = own;
    this.relayed = own;
  }

  /** Any thread. */
  ClientSockets current() {
    return current;
  }

  /** Whether the client may still resume: it has opened nothing on this connection. */
  boolean untouched() {
    return current == own && own.isEmpty();
  }

  /**
   * Carries data until the connection ends. The relay's thread.
   *
   * @throws IOException when the connection has broken
   */
  void relay(FrameConnection connection) throws IOException {
    own.relay(connection);
    if (own != current) {
      own.release();
      relayed = current;
      relayed.relay(connection);
    }
  }

  /** After this nobody resumes on this connection: there is no relay for it any more. */
  void relayLeaves() {
    handover.lock();
    try {
      relayOver.countDown();
    } finally {
      handover.unlock();
    }
    if (relayed != current) {
      relayed.release(); // RESUME came, but the connection broke before they could be served
    }
    current.leave();
  }

  boolean relayIsOver() {
    return relayOver.getCount() == 0;
  }

  /**
   * Takes over the sockets of a lost connection, and tells the client. The reader's thread.
   *
   * @return false when they cannot be: nothing has changed then
   */
  boolean adopt(ClientSockets lost, ClientFrame.Resume frame, FrameConnection connection) {
    Resumption resumption = lost.resumption();
    handover.lock();
    try {
      if (relayIsOver()
          || resumption == null
          || !resumption.resume(frame.requestId(), frame.frames(), connection)) {
        return false;
      }
      current = lost;
    } finally {
      handover.unlock();
    }
    own.end(); // the relay thread sees the other sockets then
    return true;
  }
}

package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the client may send to one socket, and the TCP_CREDIT frames that tell it so (PROTOCOL.md
 * § 9.2). Grants are sent by the relay, since only it knows what the client has been told about the
 * socket before.
 */
final class SendCredit {
  private final TcpSocket socket;
  private final NetContext net;
  private final @Nullable SendWindow window; // null when the client has not asked for credit
  private final AtomicBoolean reviewing = new AtomicBoolean();
  private volatile boolean overdrawn; // written by the reader

  SendCredit(TcpSocket socket, NetContext net) {
    this.socket = socket;
    this.net = net;
    this.window =
        net.negotiated().has(Capability.CREDIT) ? new SendWindow(net.shared().credits()) : null;
  }

  /** Whether the client was given credit and has never sent more. Any thread. */
  boolean isKept() {
    return window != null && !overdrawn;
  }

  /**
   * Whether there is credit for the next bytes. The first bytes that exceed the credit are answered
   * with ERROR. The client's reader only.
   */
  boolean covers(int bytes) {
    if (window == null || window.covers(socket.fromClient() + bytes)) {
      return window != null;
    }
    if (!overdrawn) {
      overdrawn = true;
      net.stats().increment(Counter.PROTOCOL_ERRORS);
      net.relay()
          .send(
              new DaemonFrame.Error(
                  0,
                  "TCP_SEND exceeds the credit of socket "
                      + Integer.toUnsignedString(socket.id())
                      + "; the data is accepted."));
    }
    return false;
  }

  /**
   * Checks whether a grant is due, because the peer may have taken bytes. Any thread; must not be
   * called with a lock held, since it posts a task.
   */
  void review() {
    if (window != null
        && socket.state().takesFromClient()
        && window.isDue(bytesWritten())
        && !reviewing.getAndSet(true)) {
      net.relay().post(() -> socket.firstEvent().whenAllowed(this::grant));
    }
  }

  private void grant() {
    reviewing.set(false); // bytes that are written from here on cause another review
    if (window == null
        || !socket.state().takesFromClient()
        || socket.output().failure() != null) {
      return;
    }
    long bytes = window.grant(bytesWritten());
    if (bytes > 0) {
      net.relay().sendNow(new DaemonFrame.TcpCredit(0, socket.id(), (int) bytes));
    }
  }

  /** How many of the bytes that the client has sent were written to the system. */
  private long bytesWritten() {
    return socket.fromClient() - socket.output().bytes();
  }

  /** Gives the credit back when the socket is closed. The relay only. */
  void release() {
    if (window != null) {
      window.release();
    }
  }
}

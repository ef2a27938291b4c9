package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.connect.PeerSockets;
import com.jstorrent.iodaemon.stats.Counter;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * Ends a {@link TcpSocket} once its state is CLOSED: closes its channel and tells the client, exactly
 * once (PROTOCOL.md § 4.2). Reports are sent by the relay's thread, so that they come after every byte
 * that it has read.
 */
final class SocketEnd {
  private final TcpSocket socket;
  private final NetContext net;
  private volatile boolean aborted;

  SocketEnd(TcpSocket socket, NetContext net) {
    this.socket = socket;
    this.net = net;
  }

  /**
   * Another program than the client closes the socket. What the client has sent is written, but it is told that the
   * connection was aborted (PROTOCOL.md § 5.4).
   */
  void abort(Duration linger) {
    aborted = true;
    if (socket.state() == SocketState.CONNECTING) {
      socket.fail(Errno.ECONNABORTED);
    } else {
      socket.clientClose(linger);
    }
  }

  /**
   * Called when the socket has become CLOSED. Any thread.
   *
   * @param left the state before
   * @param lost whether bytes that the client has sent could not be delivered; those that it sends
   *     before it hears of the end are lost as well
   */
  void closed(SocketState left, Errno errno, boolean lost) {
    switch (left) {
      case CONNECTING -> {
        socket.pending().abandon();
        net.stats().connectFailed(errno);
        report(
            new DaemonFrame.TcpConnected(socket.requestId(), socket.id(), errno.number()), errno,
            lost);
      }
      case OPEN, PEER_SHUT, CLIENT_SHUT, PEER_ENDED -> {
        net.stats().decrement(Counter.TCP_SOCKETS);
        report(new DaemonFrame.TcpClosed(0, socket.id(), errno.number()), errno, lost);
      }
      case CLIENT_ENDED, CLOSED -> {
        net.stats().decrement(Counter.PENDING_TCP);
        closeChannel();
        reportAfterClientClose(afterClientClose(lost));
      }
    }
  }

  /** Closes the channel and sends the frame, after the socket's announcement. */
  private void report(DaemonFrame frame, Errno errno, boolean lost) {
    long known = socket.fromClient();
    net.relay()
        .post(
            () -> socket.firstEvent()
                .whenAllowed(
                    () -> reportNow(frame, errno, lost || socket.fromClient() != known)));
  }

  private void reportNow(DaemonFrame frame, Errno errno, boolean lost) {
    socket.sendCredit().release();
    boolean listed = net.table().remove(socket);
    boolean closing = net.table().removeClosing(socket); // the client has closed it meanwhile
    closeChannel();
    if (listed) {
      answerAll(frame, errno);
      return;
    }
    socket.encryption().abandon();
    if (closing && frame instanceof DaemonFrame.TcpClosed) { // then nothing else is still due
      net.relay().sendNow(afterClientClose(lost));
    }
  }

  /** Requests are answered in their order: TCP_CONNECT before TCP_SECURE; TCP_CLOSE comes last. */
  private void answerAll(DaemonFrame frame, Errno errno) {
    boolean opening = frame instanceof DaemonFrame.TcpConnected;
    if (opening) {
      net.relay().sendNow(frame);
    }
    socket.encryption().fail(errno);
    if (!opening) {
      net.relay().sendNow(frame);
    }
  }

  /** Reports that nothing is left of a socket that the client has closed. */
  private void reportAfterClientClose(DaemonFrame frame) {
    net.relay().post(() -> socket.firstEvent().whenAllowed(() -> finish(frame)));
  }

  /** The client is told only whether everything was delivered. */
  private DaemonFrame afterClientClose(boolean lost) {
    Errno errno = lost ? Errno.ECONNRESET : aborted ? Errno.ECONNABORTED : Errno.OK;
    return new DaemonFrame.TcpClosed(0, socket.id(), errno.number());
  }

  private void finish(DaemonFrame frame) {
    socket.encryption().abandon();
    socket.sendCredit().release();
    if (net.table().removeClosing(socket)) {
      net.relay().sendNow(frame);
    }
  }

  /** Makes the close reset the connection, which tells the peer that bytes are lost. */
  void resetOnClose() {
    SocketChannel connection = socket.connection();
    if (connection != null) {
      PeerSockets.resetOnClose(connection);
    }
  }

  private void closeChannel() {
    SocketChannel connection = socket.connection();
    if (connection == null) {
      return;
    }
    PeerSockets.close(connection);
    socket.encryption().release();
    // The descriptor is free only when every selector that knew the channel has forgotten it.
    net.relay().wakeUp();
    net.shared().peerWriter().wakeUp();
  }
}

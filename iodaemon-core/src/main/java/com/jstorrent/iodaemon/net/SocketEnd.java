package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.connect.PeerSockets;
import com.jstorrent.iodaemon.stats.Counter;
import java.nio.channels.SocketChannel;

/**
 * What happens at the end of a {@link TcpSocket}, once its state is CLOSED: its channel is closed and
 * the client is told, exactly once (PROTOCOL.md § 4.2). Reports are sent by the relay's thread, so that
 * they come behind every byte that it has read.
 */
final class SocketEnd {
  private final TcpSocket socket;
  private final NetContext net;

  SocketEnd(TcpSocket socket, NetContext net) {
    this.socket = socket;
    this.net = net;
  }

  /**
   * The socket has become CLOSED. Any thread.
   *
   * @param left the state before
   * @param lost whether bytes that the client has sent could not be delivered
   */
  void closed(SocketState left, Errno errno, boolean lost) {
    switch (left) {
      case CONNECTING -> {
        socket.pending().abandon();
        net.stats().connectFailed(errno);
        report(
            new DaemonFrame.TcpConnected(socket.requestId(), socket.id(), errno.number()), errno);
      }
      case OPEN, PEER_SHUT, CLIENT_SHUT, PEER_ENDED -> {
        net.stats().decrement(Counter.TCP_SOCKETS);
        report(new DaemonFrame.TcpClosed(0, socket.id(), errno.number()), errno);
      }
      case CLIENT_ENDED, CLOSED -> {
        net.stats().decrement(Counter.PENDING_TCP);
        closeChannel();
        reportAfterClientClose(lost ? Errno.ECONNRESET : Errno.OK);
      }
    }
  }

  /** Closes the channel and sends the frame, behind the socket's announcement. */
  private void report(DaemonFrame frame, Errno errno) {
    net.relay().post(() -> socket.firstEvent().whenAllowed(() -> reportNow(frame, errno)));
  }

  private void reportNow(DaemonFrame frame, Errno errno) {
    socket.sendCredit().release();
    boolean listed = net.table().remove(socket);
    boolean closing = net.table().finish(socket); // the client has closed it meanwhile
    closeChannel();
    if (listed) {
      answerAll(frame, errno);
    } else if (closing && frame instanceof DaemonFrame.TcpClosed) { // all that is still owed then
      socket.encryption().abandon();
      Errno told = errno == Errno.OK ? Errno.OK : Errno.ECONNRESET;
      net.relay().sendNow(new DaemonFrame.TcpClosed(0, socket.id(), told.number()));
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

  /** Nothing is left of a socket that the client has closed. */
  private void reportAfterClientClose(Errno errno) {
    DaemonFrame frame = new DaemonFrame.TcpClosed(0, socket.id(), errno.number());
    net.relay().post(() -> socket.firstEvent().whenAllowed(() -> finish(frame)));
  }

  private void finish(DaemonFrame frame) {
    socket.sendCredit().release();
    if (net.table().finish(socket)) {
      net.relay().sendNow(frame);
    }
  }

  /** Lets the close tell the peer that bytes are lost. */
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
    // It is free only when every selector that knew the channel has forgotten it.
    net.relay().wakeUp();
    net.shared().peerWriter().wakeUp();
  }
}

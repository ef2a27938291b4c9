package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * What happens at the end of a {@link TcpSocket}, once its state is CLOSED: its channel is closed and
 * the client is told, exactly once (PROTOCOL.md § 4.2). Reports are sent by the relay's thread, so that
 * they come behind every byte that it has read.
 */
final class SocketEnd {
  private final TcpSocket socket;
  private final NetContext net;

  SocketEnd(TcpSocket socket) {
    this.socket = socket;
    this.net = socket.net();
  }

  /** Closes the channel and sends the frame, behind the socket's announcement. Any thread. */
  void report(DaemonFrame frame, Errno errno) {
    net.relay()
        .post(() -> net.relay().announcements().whenHeard(socket, () -> reportNow(frame, errno)));
  }

  private void reportNow(DaemonFrame frame, Errno errno) throws IOException {
    boolean listed = net.table().remove(socket);
    boolean closing = net.table().finish(socket); // the client has closed it meanwhile
    closeChannel();
    if (listed || closing && frame instanceof DaemonFrame.TcpClosed) {
      answerAll(frame, errno);
    }
  }

  /** Requests are answered in their order: TCP_CONNECT before TCP_SECURE; TCP_CLOSE comes last. */
  private void answerAll(DaemonFrame frame, Errno errno) throws IOException {
    boolean opening = frame instanceof DaemonFrame.TcpConnected;
    if (opening) {
      net.relay().sendNow(frame);
    }
    socket.encryption().fail(errno);
    if (!opening) {
      net.relay().sendNow(frame);
    }
  }

  /** Nothing is left of a socket that the client has closed. Any thread. */
  void reportAfterClientClose(Errno errno) {
    DaemonFrame frame = new DaemonFrame.TcpClosed(0, socket.id(), errno.number());
    net.relay().post(() -> net.relay().announcements().whenHeard(socket, () -> finish(frame)));
  }

  private void finish(DaemonFrame frame) throws IOException {
    if (net.table().finish(socket)) {
      net.relay().sendNow(frame);
    }
  }

  /** Lets the close tell the peer that bytes are lost. */
  void resetOnClose() {
    SocketChannel connection = socket.connection();
    if (connection != null) {
      PeerOptions.resetOnClose(connection);
    }
  }

  void closeChannel() {
    SocketChannel connection = socket.connection();
    if (connection == null) {
      return;
    }
    try {
      connection.close();
    } catch (IOException e) {
      // The descriptor is gone all the same.
    }
    socket.encryption().release();
    // It is free only when every selector that knew the channel has forgotten it.
    net.relay().wakeUp();
    net.shared().peerWriter().wakeUp();
  }
}

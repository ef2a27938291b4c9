package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.net.address.AddressText;
import com.jstorrent.iodaemon.stats.SocketReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes reports about a TCP socket. Any thread, at any time. */
final class TcpReport {
  private TcpReport() {}

  static SocketReport of(TcpSocket socket) {
    SocketChannel channel = socket.connection();
    long waiting = socket.output().bytes();
    return new SocketReport(
        Integer.toUnsignedLong(socket.id()),
        SocketReport.Kind.TCP,
        socket.state().name().toLowerCase(Locale.ROOT),
        new SocketReport.Ends(remote(socket, channel), localPort(channel)),
        new SocketReport.Traffic(
            Math.max(0, socket.fromClient() - waiting),
            socket.input().bytes(),
            waiting,
            socket.meter().pauses(),
            socket.meter().drops()),
        socket.meter().idle());
  }

  static DaemonFrame.Live live(TcpSocket socket) {
    return new DaemonFrame.Live(
        DaemonFrame.Live.Kind.TCP_SOCKET,
        socket.id(),
        socket.state().live(),
        socket.input().bytes(),
        socket.fromClient());
  }

  private static int localPort(@Nullable SocketChannel channel) {
    try {
      return channel != null && channel.getLocalAddress() instanceof InetSocketAddress address
          ? address.getPort()
          : 0;
    } catch (IOException e) {
      return 0; // it is closed by now
    }
  }

  /** The address of the peer once the socket is connected; before that, the host that was requested. */
  private static @Nullable String remote(TcpSocket socket, @Nullable SocketChannel channel) {
    try {
      if (channel != null && channel.getRemoteAddress() instanceof InetSocketAddress address) {
        return AddressText.of(address);
      }
    } catch (IOException e) {
      // It is closed by now.
    }
    return socket.host().isEmpty() ? null : socket.host();
  }
}

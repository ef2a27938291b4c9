package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.AddressText;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.SocketReport;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What can be told of a TCP socket. Any thread, at any time. */
final class TcpReport {
  private TcpReport() {}

  static SocketReport of(TcpSocket socket) {
    SocketChannel channel = socket.connection();
    long waiting = socket.output().bytes();
    return new SocketReport(
        Integer.toUnsignedLong(socket.id()),
        SocketReport.Kind.TCP,
        socket.state().name().toLowerCase(Locale.ROOT),
        remote(socket, channel),
        channel == null ? 0 : Math.max(0, channel.socket().getLocalPort()),
        Math.max(0, socket.fromClient() - waiting),
        socket.input().bytes(),
        waiting,
        socket.meter().idle(),
        socket.meter().pauses(),
        socket.meter().drops());
  }

  static DaemonFrame.Live live(TcpSocket socket) {
    return new DaemonFrame.Live(
        DaemonFrame.Live.Kind.TCP_SOCKET,
        socket.id(),
        socket.state().live(),
        socket.input().bytes(),
        socket.fromClient());
  }

  /** The address that a connected socket has got in the end; before that the host that was asked for. */
  private static @Nullable String remote(TcpSocket socket, @Nullable SocketChannel channel) {
    if (channel != null
        && channel.socket().getRemoteSocketAddress() instanceof InetSocketAddress address) {
      return AddressText.of(address);
    }
    return socket.host().isEmpty() ? null : socket.host();
  }
}

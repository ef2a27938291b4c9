package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.AddressText;
import com.jstorrent.iodaemon.stats.SocketReport;
import com.jstorrent.iodaemon.stats.SocketReport.Kind;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What can be told of a socket or server, now, to whoever wants to know. Any thread. */
final class SocketReports {
  private SocketReports() {}

  static SocketReport of(PeerSocket socket) {
    return switch (socket) {
      case TcpSocket tcp -> tcp(tcp);
      case UdpSocket udp -> udp(udp);
    };
  }

  private static SocketReport tcp(TcpSocket socket) {
    SocketChannel channel = socket.connection();
    long queued = socket.queuedBytes();
    return new SocketReport(
        Integer.toUnsignedLong(socket.id()),
        Kind.TCP,
        socket.state().name().toLowerCase(Locale.ROOT),
        remote(socket, channel),
        channel == null ? 0 : Math.max(0, channel.socket().getLocalPort()),
        Math.max(0, socket.takenBytes() - queued),
        socket.input().bytes(),
        queued,
        socket.meter().idle(),
        socket.meter().pauses(),
        socket.meter().drops());
  }

  /** The address that a connected socket has got in the end; before that the host that was asked for. */
  private static @Nullable String remote(TcpSocket socket, @Nullable SocketChannel channel) {
    if (channel != null
        && channel.socket().getRemoteSocketAddress() instanceof InetSocketAddress address) {
      return AddressText.of(address);
    }
    return socket.host().isEmpty() ? null : socket.host();
  }

  private static SocketReport udp(UdpSocket socket) {
    DatagramChannel channel = socket.channel();
    return new SocketReport(
        Integer.toUnsignedLong(socket.id()),
        Kind.UDP,
        channel == null ? "binding" : "open",
        null,
        channel == null ? 0 : Math.max(0, channel.socket().getLocalPort()),
        socket.sentBytes(),
        socket.receivedBytes(),
        0,
        socket.meter().idle(),
        socket.meter().pauses(),
        socket.meter().drops());
  }

  static SocketReport of(TcpListener server) {
    int port = server.boundPort();
    return new SocketReport(
        Integer.toUnsignedLong(server.id()),
        Kind.SERVER,
        port == 0 ? "binding" : "listening",
        null,
        port,
        0,
        0,
        0,
        server.meter().idle(),
        server.meter().pauses(),
        server.meter().drops());
  }
}

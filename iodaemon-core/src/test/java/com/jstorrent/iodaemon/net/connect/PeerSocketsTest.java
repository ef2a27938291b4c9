package com.jstorrent.iodaemon.net.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.5: the options of connected and of accepted sockets. */
class PeerSocketsTest {
  private final PeerSockets sockets = new PeerSockets();

  @Test
  void connectedAndAcceptedSocketsHaveTheOptionsOfTheContract() throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocketChannel server = sockets.openServer(new InetSocketAddress(here, 0));
        SocketChannel connected = sockets.open(here);
        SocketChannel plain = SocketChannel.open()) {
      sockets.connect(connected, (InetSocketAddress) server.getLocalAddress());
      try (SocketChannel accepted = server.accept()) {
        sockets.accepted(accepted);
        for (SocketChannel socket : new SocketChannel[] {connected, accepted}) {
          assertThat(socket.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
          assertThat(socket.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
          assertThat(socket.getOption(StandardSocketOptions.SO_RCVBUF))
              .as("the system may give more, or less where it is limited")
              .isNotEqualTo(plain.getOption(StandardSocketOptions.SO_RCVBUF));
        }
      }
      assertThat(server.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
    }
  }
}

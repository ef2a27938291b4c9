package com.jstorrent.iodaemon.net.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.5: the options of connected and of accepted sockets. */
class PeerOptionsTest {

  @Test
  void connectedAndAcceptedSocketsHaveTheOptionsOfTheContract() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open();
        SocketChannel connected = SocketChannel.open();
        SocketChannel plain = SocketChannel.open()) {
      PeerOptions.apply(server);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      PeerOptions.apply(connected);
      connected.connect(server.getLocalAddress());
      try (SocketChannel accepted = server.accept()) {
        PeerOptions.apply(accepted);
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

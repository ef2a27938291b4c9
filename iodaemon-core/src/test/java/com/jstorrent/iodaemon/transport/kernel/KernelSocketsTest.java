package com.jstorrent.iodaemon.transport.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whether a process still holds the other end of a connection. */
class KernelSocketsTest {
  @BeforeEach
  void onlyWhereTheSystemTells() {
    assumeTrue(KernelSockets.areKnown(), "Skipped: this system does not tell who holds a socket.");
  }

  /** IPv4 with sockets of either family, and IPv6. */
  static Stream<Arguments> families() {
    return Stream.of(
        Arguments.of("127.0.0.1", StandardProtocolFamily.INET),
        Arguments.of("127.0.0.1", StandardProtocolFamily.INET6),
        Arguments.of("::1", StandardProtocolFamily.INET6));
  }

  @ParameterizedTest
  @MethodSource("families")
  void aPeerIsHeldUntilItIsClosedWhateverItHasSent(String host, StandardProtocolFamily family)
      throws Exception {
    for (boolean endsItsSideFirst : new boolean[] {true, false}) {
      SocketChannel own;
      try (ServerSocketChannel server = server(host, family);
          SocketChannel peer = SocketChannel.open(server.getLocalAddress())) {
        own = server.accept();
        assertThat(KernelSockets.isPeerHeld(own)).isTrue();
        if (endsItsSideFirst) {
          peer.shutdownOutput();
          assertThat(own.read(ByteBuffer.allocate(1))).isEqualTo(-1);
          assertThat(KernelSockets.isPeerHeld(own)).as("half closed").isTrue();
        }
      }
      try (own) {
        assertThat(own.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        TestDaemon.await("the peer is gone", () -> !KernelSockets.isPeerHeld(own));
      }
    }
  }

  private static ServerSocketChannel server(String host, StandardProtocolFamily family)
      throws IOException {
    return ServerSocketChannel.open(family)
        .bind(new InetSocketAddress(InetAddress.getByName(host), 0));
  }

  @Test
  void anUnconnectedChannelHasNoPeer() throws Exception {
    SocketChannel closed;
    try (SocketChannel unconnected = SocketChannel.open()) {
      assertThat(KernelSockets.isPeerHeld(unconnected)).isFalse();
      closed = unconnected;
    }
    assertThat(KernelSockets.isPeerHeld(closed)).isFalse();
  }
}

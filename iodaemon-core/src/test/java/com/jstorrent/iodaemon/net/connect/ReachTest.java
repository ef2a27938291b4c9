package com.jstorrent.iodaemon.net.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compared with real sockets: a name with IPv4 and IPv6 addresses must not lose a datagram. */
class ReachTest {

  @ParameterizedTest
  @CsvSource({
      "127.0.0.1, 127.0.0.1, true", "127.0.0.1, ::1, false", "0.0.0.0, 127.0.0.1, true",
      "0.0.0.0, ::1, false", "::1, ::1, true", "::1, 127.0.0.1, false", "::, ::1, true",
      "::, 127.0.0.1, true"
  })
  void aSocketReachesExactlyThePeersThatAreReportedReachable(String bound, String peer,
      boolean reached)
      throws Exception {
    InetAddress own = InetAddress.getByName(bound);
    InetAddress other = InetAddress.getByName(peer);
    assertThat(Reach.from(own).covers(other)).isEqualTo(reached);
    try (DatagramChannel socket = DatagramChannel.open(Reach.from(own).family());
        DatagramChannel receiver = DatagramChannel.open()) {
      receiver.bind(new InetSocketAddress(other, 0));
      socket.bind(new InetSocketAddress(own, 0));
      int port = ((InetSocketAddress) receiver.getLocalAddress()).getPort();
      assertThat(sends(socket, new InetSocketAddress(other, port))).isEqualTo(reached);
    }
  }

  private static boolean sends(DatagramChannel socket, InetSocketAddress peer) throws Exception {
    try {
      return socket.send(ByteBuffer.allocate(1), peer) == 1;
    } catch (SocketException | UnsupportedAddressTypeException e) {
      return false;
    }
  }
}

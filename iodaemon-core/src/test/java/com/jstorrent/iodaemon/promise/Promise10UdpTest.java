package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 4.10: datagrams in both directions; no failure of one ends the socket. */
class Promise10UdpTest {
  private static final int PATIENCE_MILLIS = 60_000;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 1472, 9000, 65_507})
  void datagramsOfEverySizeGoBothWays(int size) throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        DatagramSocket peer = peer("127.0.0.1");
        TestClient client = daemon.client()) {
      int port = bind(client, 1, "127.0.0.1");
      byte[] data = Peer.bytes(size, size);
      send(client, 1, peer, "127.0.0.1", data);
      DatagramPacket got = receive(peer);
      assertThat(got.getPort()).isEqualTo(port);
      assertThat(Arrays.copyOf(got.getData(), got.getLength())).isEqualTo(data);
      peer.send(new DatagramPacket(data, size, got.getSocketAddress()));
      assertReceived(client, 1, "127.0.0.1", peer.getLocalPort(), data);
    }
  }

  @Test
  void ipv6WorksLikeIpv4() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        DatagramSocket peer = peer("::1");
        TestClient client = daemon.client()) {
      bind(client, 1, "::1");
      send(client, 1, peer, "::1", new byte[] {1, 2});
      DatagramPacket got = receive(peer);
      peer.send(new DatagramPacket(new byte[] {3}, 1, got.getSocketAddress()));
      assertReceived(client, 1, "::1", peer.getLocalPort(), new byte[] {3});
    }
  }

  @Test
  void anEmptyAddressIsEveryIpv4AddressAndNamesAreLookedUp() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        DatagramSocket peer = peer("127.0.0.1");
        TestClient client = daemon.client()) {
      bind(client, 1, "");
      send(client, 1, peer, "localhost", new byte[] {9});
      assertThat(receive(peer).getData()[0]).isEqualTo((byte) 9);
      client.send(new ClientFrame.UdpBind(5, 2, 0, "localhost"));
      assertThat(client.expect(DaemonFrame.UdpBound.class).errno()).isZero();
    }
  }

  @Test
  void unreachableNoticesDoNotEndTheSocket() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        DatagramSocket peer = peer("127.0.0.1");
        TestClient client = daemon.client()) {
      int port = bind(client, 1, "127.0.0.1");
      int deadPort = closedPort();
      for (int i = 0; i < 20; i++) {
        client.send(new ClientFrame.UdpSend(0, 1, deadPort, "127.0.0.1", ByteBuffer.allocate(9)));
      }
      client.send(new ClientFrame.UdpSend(0, 1, 0, "127.0.0.1", ByteBuffer.allocate(9)));
      client.send(new ClientFrame.UdpSend(0, 1, 9, "::1", ByteBuffer.allocate(9)));
      assertAlive(client, peer, port);
    }
  }

  @Test
  void aNameThatDoesNotResolveLosesOneDatagram() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        DatagramSocket peer = peer("127.0.0.1");
        TestClient client = daemon.client()) {
      int port = bind(client, 1, "127.0.0.1");
      client.send(
          new ClientFrame.UdpSend(0, 1, 9, "no-such-name..invalid", ByteBuffer.allocate(9)));
      daemon.awaitStat(Counter.UDP_SEND_DROPS, 1);
      assertAlive(client, peer, port);
    }
  }

  @Test
  void aDatagramThatIsTooLongIsDroppedAndCounted() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        DatagramSocket peer = peer("127.0.0.1");
        TestClient client = daemon.client()) {
      int port = bind(client, 1, "127.0.0.1");
      send(client, 1, peer, "127.0.0.1", new byte[65_508]);
      daemon.awaitStat(Counter.UDP_SEND_DROPS, 1);
      assertAlive(client, peer, port);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void datagramsDroppedBecauseTheClientDoesNotReadAreCounted() throws Exception {
    ManualClock clock = new ManualClock(); // the system is asked for its drops when all was sent
    try (TestDaemon daemon = TestDaemon.start(IoDaemon.builder().clock(clock));
        DatagramSocket peer = peer("127.0.0.1");
        TestClient client = daemon.client()) {
      int port = bind(client, 1, "127.0.0.1");
      int sent = 2000; // 32 MB: more than any buffer on the way holds
      for (int i = 0; i < sent; i++) {
        peer.send(new DatagramPacket(new byte[16_000], 16_000, loopback(port)));
      }
      TestDaemon.await(
          "drops",
          () -> {
            clock.advance(Duration.ofSeconds(1));
            return daemon.stats().get(Counter.UDP_RECEIVE_DROPS) > 0;
          });
      long dropped = daemon.stats().get(Counter.UDP_RECEIVE_DROPS);
      for (long got = 0; got < sent - dropped; got++) {
        assertThat(client.expect(DaemonFrame.UdpRecv.class).data().remaining()).isEqualTo(16_000);
      }
      assertAlive(client, peer, port);
    }
  }

  /** Two clients on the port of local peer discovery are usual; another process may be there, too. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void dropsOfSocketsThatShareAPortAreCountedOnce() throws Exception {
    ManualClock clock = new ManualClock();
    try (TestDaemon daemon = TestDaemon.start(IoDaemon.builder().clock(clock));
        DatagramSocket peer = peer("127.0.0.1");
        TestClient one = daemon.client();
        TestClient other = daemon.client()) {
      int port = bind(one, 1, "127.0.0.1");
      for (int client = 0; client < 2; client++) {
        for (int i = 0; i < 2000; i++) { // the system gives them to the socket that was bound last
          peer.send(new DatagramPacket(new byte[16_000], 16_000, loopback(port)));
        }
        TestDaemon.await(
            "all drops",
            () -> {
              clock.advance(Duration.ofSeconds(1));
              return daemon.stats().get(Counter.UDP_RECEIVE_DROPS) == dropsBySystem(port);
            });
        assertThat(dropsBySystem(port)).isPositive();
        if (client == 0) {
          other.send(new ClientFrame.UdpBind(1, 1, port, "127.0.0.1"));
          assertThat(other.expect(DaemonFrame.UdpBound.class).errno()).isZero();
        }
      }
    }
  }

  /** The clock stands still, so that no sample is due; but the last one has taken no time. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void dropsOfASocketThatIsClosedAtOnceAreCounted() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(IoDaemon.builder().clock(new ManualClock()));
        DatagramSocket peer = peer("127.0.0.1");
        TestClient client = daemon.client()) {
      bind(client, 2, "127.0.0.1");
      client.send(new ClientFrame.UdpClose(0, 2)); // with a sample
      int port = bind(client, 1, "127.0.0.1");
      for (int i = 0; i < 2000; i++) {
        peer.send(new DatagramPacket(new byte[16_000], 16_000, loopback(port)));
      }
      long dropped = dropsBySystem(port);
      assertThat(dropped).isPositive();
      client.send(new ClientFrame.UdpClose(0, 1));
      daemon.awaitStat(Counter.UDP_RECEIVE_DROPS, dropped);
    }
  }

  /** What the system's list says of all sockets on this port. */
  private static long dropsBySystem(int port) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/net/udp"))) {
      return lines
          .map(line -> line.strip().split("\\s+"))
          .filter(fields -> fields[1].endsWith(":%04X".formatted(port)))
          .mapToLong(fields -> Long.parseLong(fields[12]))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void broadcastsAreSent() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        DatagramSocket peer = peer("0.0.0.0");
        TestClient client = daemon.client()) {
      bind(client, 1, "");
      send(client, 1, peer, "127.255.255.255", new byte[] {8});
      assertThat(receive(peer).getData()[0]).isEqualTo((byte) 8);
    }
  }

  @Test
  void closeFreesThePortAndStopsReceiving() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      int port = bind(client, 1, "127.0.0.1");
      client.send(new ClientFrame.UdpClose(0, 1));
      daemon.awaitStat(Counter.UDP_SOCKETS, 0);
      TestDaemon.await("the port is free", () -> canBind(port));
      client.send(new ClientFrame.UdpBind(7, 1, port, "127.0.0.1"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.UdpBound(7, 1, port, 0));
    }
  }

  @Test
  void twoSocketsMayShareAPortAndFailuresHaveTheirErrno() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer tcp = Peer.open();
        TestClient client = daemon.client()) {
      int port = bind(client, 1, "127.0.0.1");
      client.send(new ClientFrame.UdpBind(7, 2, port, "127.0.0.1"));
      assertThat(client.next()).as("SO_REUSEADDR")
          .isEqualTo(new DaemonFrame.UdpBound(7, 2, port, 0));
      client.send(new ClientFrame.UdpBind(8, 1, 0, "127.0.0.1"));
      assertThat(client.next()).as("id in use").isEqualTo(new DaemonFrame.UdpBound(8, 1, 0, 98));
      client.send(new ClientFrame.TcpConnect(9, 1, tcp.port(), "127.0.0.1"));
      assertThat(client.next()).as("TCP and UDP share ids")
          .isEqualTo(new DaemonFrame.TcpConnected(9, 1, 98));
      client.send(new ClientFrame.UdpBind(8, 3, 0, "192.0.2.77"));
      assertThat(client.next()).as("address of another machine")
          .isEqualTo(new DaemonFrame.UdpBound(8, 3, 0, 99));
      client.send(new ClientFrame.UdpBind(8, 3, 0, "no-such-name..invalid"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.UdpBound(8, 3, 0, 2));
      try (DatagramSocket taken = new DatagramSocket(null)) {
        taken.setReuseAddress(false);
        taken.bind(loopback(0));
        client.send(new ClientFrame.UdpBind(8, 3, taken.getLocalPort(), "127.0.0.1"));
        assertThat(client.next()).isEqualTo(new DaemonFrame.UdpBound(8, 3, 0, 98));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"239.192.152.143", "ff15::efc0:988f"})
  void multicastIsJoinedAndLeft(String group) throws Exception {
    boolean six = group.contains(":");
    Assumptions.assumeTrue(
        multicastInterface(six) != null, "No interface of this machine does multicast.");
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client();
        DatagramSocket sender = new DatagramSocket()) {
      int port = bind(client, 1, six ? "::" : "");
      client.send(new ClientFrame.UdpJoinMulticast(5, 1, group));
      assertThat(client.next()).isEqualTo(new DaemonFrame.UdpMulticastResult(5, 1, 0));
      client.send(new ClientFrame.UdpJoinMulticast(0, 1, group)); // again, without an answer
      sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, multicastInterface(six));
      sender.send(
          new DatagramPacket(new byte[] {42}, 1, new InetSocketAddress(group, port)));
      assertThat(client.expect(DaemonFrame.UdpRecv.class).data().get()).isEqualTo((byte) 42);
      client.send(new ClientFrame.UdpLeaveMulticast(6, 1, group));
      assertThat(client.next()).isEqualTo(new DaemonFrame.UdpMulticastResult(6, 1, 0));
      client.send(new ClientFrame.UdpLeaveMulticast(7, 1, group));
      assertThat(client.next()).isEqualTo(new DaemonFrame.UdpMulticastResult(7, 1, 99));
    }
  }

  @Test
  void groupsThatCannotBeJoinedAreAnsweredWithAnErrno() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      bind(client, 1, "");
      for (String bad : List.of("10.0.0.1", "no-address", "999.1.1.1")) {
        client.send(new ClientFrame.UdpJoinMulticast(5, 1, bad));
        assertThat(client.expect(DaemonFrame.UdpMulticastResult.class).errno())
            .as(bad)
            .isIn(2, 22);
      }
      client.send(new ClientFrame.UdpJoinMulticast(5, 77, "239.1.1.1"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.UdpMulticastResult(5, 77, 9));
    }
  }

  @Test
  void tcpAndUdpSocketsShareOneLimit() throws Exception {
    Limits limits = Limits.builder().sockets(2).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        TestClient client = daemon.client()) {
      bind(client, 1, "127.0.0.1");
      bind(client, 2, "127.0.0.1");
      client.send(new ClientFrame.UdpBind(9, 3, 0, "127.0.0.1"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.UdpBound(9, 3, 0, 24));
    }
  }

  private static int bind(TestClient client, int id, String address) throws Exception {
    client.send(new ClientFrame.UdpBind(id, id, 0, address));
    DaemonFrame.UdpBound bound = client.expect(DaemonFrame.UdpBound.class);
    assertThat(bound.errno()).isZero();
    return bound.boundPort();
  }

  private static void send(
      TestClient client, int id, DatagramSocket to, String host, byte[] data) throws IOException {
    client.send(
        new ClientFrame.UdpSend(0, id, to.getLocalPort(), host, ByteBuffer.wrap(data)));
  }

  private static void assertReceived(
      TestClient client, int id, String address, int port, byte[] data) throws Exception {
    DaemonFrame.UdpRecv frame = client.expect(DaemonFrame.UdpRecv.class);
    assertThat(frame.socketId()).isEqualTo(id);
    assertThat(frame.address()).isEqualTo(address);
    assertThat(frame.port()).isEqualTo(port);
    assertThat(frame.data()).isEqualTo(ByteBuffer.wrap(data));
  }

  private static void assertAlive(TestClient client, DatagramSocket peer, int port)
      throws Exception {
    peer.send(new DatagramPacket(new byte[] {5}, 1, loopback(port)));
    assertReceived(client, 1, "127.0.0.1", peer.getLocalPort(), new byte[] {5});
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static DatagramSocket peer(String address) throws IOException {
    DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address, 0));
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private static int closedPort() throws IOException {
    try (DatagramSocket gone = peer("127.0.0.1")) {
      return gone.getLocalPort();
    }
  }

  private static DatagramPacket receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[70_000], 70_000);
    socket.receive(packet);
    return packet;
  }

  private static boolean canBind(int port) {
    try (DatagramSocket probe = new DatagramSocket(null)) {
      probe.setReuseAddress(false);
      probe.bind(loopback(port));
      return true;
    } catch (SocketException e) {
      return false;
    }
  }

  private static NetworkInterface multicastInterface(boolean six) throws SocketException {
    return NetworkInterface.networkInterfaces()
        .filter(Promise10UdpTest::doesMulticast)
        .filter(
            one -> one.inetAddresses()
                .anyMatch(address -> address instanceof Inet6Address == six))
        .findFirst()
        .orElse(null);
  }

  private static boolean doesMulticast(NetworkInterface one) {
    try {
      return one.isUp() && one.supportsMulticast();
    } catch (SocketException e) {
      return false;
    }
  }
}

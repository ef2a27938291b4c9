package com.jstorrent.iodaemon.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.SocketReport;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.SilentPort;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5.4: what is reported about each socket. */
class SocketReportsTest {
  private static final int CREDIT = 10_000;

  private TestDaemon daemon;
  private TestClient client;
  private Peer peer;

  @BeforeEach
  void start() throws Exception {
    daemon = TestDaemon.start(Limits.builder().creditBytes(CREDIT).build());
    client = daemon.client(Set.of(Capability.CREDIT, Capability.HALFCLOSE));
    peer = Peer.open();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    peer.close();
    daemon.close();
  }

  /** Waits for a report about the only socket. */
  private SocketReport await(String what, Predicate<SocketReport> condition) {
    TestDaemon.await(what, () -> condition.test(report()));
    return report();
  }

  private SocketReport report() {
    return daemon.services().directory().sockets().get(1L).getFirst();
  }

  @Test
  void aTcpSocketReportsItsPeerAndTheBytesOfEachDirection() throws Exception {
    client.connect(5, peer.port());
    Socket socket = peer.accept();
    client.sendData(5, new byte[70]);
    socket.getInputStream().readNBytes(70);
    socket.getOutputStream().write(new byte[300]);
    client.receive(5, 300);
    SocketReport report = await("300 bytes", r -> r.traffic().receivedBytes() == 300);
    assertThat(report.id()).isEqualTo(5);
    assertThat(report.kind()).isEqualTo(SocketReport.Kind.TCP);
    assertThat(report.state()).isEqualTo("open");
    assertThat(report.ends().remote()).isEqualTo("127.0.0.1:" + peer.port());
    assertThat(report.ends().localPort()).isEqualTo(socket.getPort());
    assertThat(report.traffic().sentBytes()).isEqualTo(70);
    assertThat(report.traffic().queuedBytes()).isZero();
    assertThat(report.traffic().pauses()).isZero();
    socket.shutdownOutput();
    client.expect(DaemonFrame.TcpShutdown.class);
    assertThat(report().state()).isEqualTo("peer_shut");
    socket.close();
  }

  @Test
  void anIpv6PeerIsToldInItsOneShortForm() throws Exception {
    try (ServerSocket six = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
      client.send(new ClientFrame.TcpConnect(5, 5, six.getLocalPort(), "0:0:0:0:0:0:0:1"));
      client.expect(DaemonFrame.TcpConnected.class);
      assertThat(report().ends().remote()).isEqualTo("[::1]:" + six.getLocalPort());
    }
  }

  @Test
  void aConnectingSocketReportsTheRequestedHost() throws Exception {
    try (SilentPort silent = new SilentPort()) {
      client.send(new ClientFrame.TcpConnect(1, 0xFFFF_FFFF, silent.port(), "127.0.0.1"));
      SocketReport report = report();
      assertThat(report.id()).isEqualTo(0xFFFF_FFFFL);
      assertThat(report.state()).isEqualTo("connecting");
      assertThat(report.ends().remote()).isEqualTo("127.0.0.1");
      assertThat(report.ends().localPort()).isZero();
    }
  }

  @Test
  void idleTimeEndsWithBytesInEitherDirection() throws Exception {
    client.connect(1, peer.port());
    Socket socket = peer.accept();
    awaitQuiet();
    long sent = System.nanoTime();
    client.sendData(1, new byte[1]);
    await("bytes to the peer", r -> r.idle().toNanos() <= System.nanoTime() - sent);
    awaitQuiet();
    long written = System.nanoTime();
    socket.getOutputStream().write(1);
    await("bytes of the peer", r -> r.idle().toNanos() <= System.nanoTime() - written);
    assertThat(daemon.daemon().sessions().getFirst().times().idle())
        .isLessThanOrEqualTo(daemon.daemon().sessions().getFirst().times().age());
  }

  private void awaitQuiet() {
    await("half a second of silence", r -> r.idle().toMillis() > 500);
  }

  @Test
  void aPeerThatWaitsForCreditCountsAsPaused() throws Exception {
    client.connect(1, peer.port());
    Peer.write(peer.accept(), new byte[3 * CREDIT]);
    client.receive(1, CREDIT);
    await("one pause", r -> r.traffic().pauses() == 1);
    client.send(new ClientFrame.TcpCredit(0, 1, CREDIT));
    client.receive(1, CREDIT);
    SocketReport report = await("another one", r -> r.traffic().pauses() == 2);
    assertThat(report.traffic().receivedBytes()).isEqualTo(2 * CREDIT);
  }

  @Test
  void aPeerThatReadsNothingShowsAsQueuedBytesAndAPausedClient() throws Exception {
    client.connect(1, peer.port());
    Socket socket = peer.accept();
    int size = 4 << 20;
    Thread sending =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    for (int i = 0; i < 8; i++) {
                      client.sendData(1, new byte[size]);
                    }
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    SocketReport report = await("a pause", r -> r.traffic().pauses() > 0);
    assertThat(report.traffic().queuedBytes()).isBetween(1L, size * 4L);
    socket.getInputStream().readNBytes(8 * size);
    sending.join();
    report = await("the end of the queue", r -> r.traffic().queuedBytes() == 0);
    assertThat(report.traffic().sentBytes()).isEqualTo(8L * size);
  }

  @Test
  void aUdpSocketReportsDroppedDatagrams() throws Exception {
    client.send(new ClientFrame.UdpBind(1, 6, 0, "127.0.0.1"));
    int port = client.expect(DaemonFrame.UdpBound.class).boundPort();
    try (DatagramSocket other = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      sendDatagram("127.0.0.1", other.getLocalPort(), 33);
      other.receive(new DatagramPacket(new byte[100], 100));
      other.send(new DatagramPacket(new byte[44], 44, InetAddress.getLoopbackAddress(), port));
      client.expect(DaemonFrame.UdpRecv.class);
      assertThat(report().traffic().drops()).isZero();
      sendDatagram("no-such-name..invalid", 1, 5);
    }
    SocketReport report = await("a drop", r -> r.traffic().drops() == 1);
    assertThat(report.kind()).isEqualTo(SocketReport.Kind.UDP);
    assertThat(report.id()).isEqualTo(6);
    assertThat(report.state()).isEqualTo("open");
    assertThat(report.ends().localPort()).isEqualTo(port);
    assertThat(report.traffic().receivedBytes()).isEqualTo(44);
    assertThat(report.traffic().sentBytes()).isEqualTo(33 + 5);
  }

  private void sendDatagram(String host, int port, int size) throws IOException {
    client.send(new ClientFrame.UdpSend(0, 6, port, host, ByteBuffer.allocate(size)));
  }

  @Test
  void aServerReportsItsPortAndAcceptedSocketsTheirPeer() throws Exception {
    client.send(new ClientFrame.TcpListen(1, 9, 0, "127.0.0.1"));
    int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
    SocketReport server = report();
    assertThat(server.kind()).isEqualTo(SocketReport.Kind.SERVER);
    assertThat(server.id()).isEqualTo(9);
    assertThat(server.state()).isEqualTo("listening");
    assertThat(server.ends().localPort()).isEqualTo(port);
    try (Socket caller = new Socket("127.0.0.1", port)) {
      int id = client.expect(DaemonFrame.TcpAccept.class).socketId();
      SocketReport accepted = report();
      assertThat(accepted.id()).isEqualTo(Integer.toUnsignedLong(id));
      assertThat(accepted.ends().remote()).isEqualTo("127.0.0.1:" + caller.getLocalPort());
      assertThat(accepted.ends().localPort()).isEqualTo(port);
      assertThat(accepted.state()).isEqualTo("open");
    }
  }
}

package com.jstorrent.iodaemon.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** PROTOCOL.md § 4 on networks that delay, lose, reorder and drop packets, or go down. */
class BadNetworkTest {
  private static Namespace good;
  private static Namespace bad;

  private TestDaemon daemon;
  private TestClient client;

  @BeforeAll
  static void lay() {
    try {
      good = new Namespace('a');
      bad = new Namespace('b');
      bad.effects(Effects.NONE);
    } catch (IOException e) {
      String message = "SKIPPED: impaired networks cannot be set up here: " + e.getMessage();
      System.err.println(message);
      Assumptions.abort(message);
    }
  }

  @AfterAll
  static void remove() {
    if (good != null) {
      good.close();
    }
    if (bad != null) {
      bad.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    daemon = TestDaemon.start();
    client = daemon.client();
  }

  @AfterEach
  void stop() throws IOException {
    if (daemon != null) {
      client.close();
      daemon.close();
      bad.effects(Effects.NONE);
      bad.mtu(1500);
      bad.link(true);
    }
  }

  static Stream<Effects> badNetworks() {
    return Stream.of(
        Effects.delay(100),
        Effects.loss(2),
        new Effects(10, 0, 0, 0, 25, 0),
        new Effects(20, 10, 2, 1, 10, 0));
  }

  @ParameterizedTest
  @MethodSource("badNetworks")
  void aDownloadArrivesByteForByteAndIdleSocketsStayOpen(Effects effects) throws Exception {
    echo(1, bad);
    bad.effects(effects);
    download(2, bad, 700_001);
    assertEchoes(1);
  }

  @Test
  void aSmallMtuLosesNothing() throws Exception {
    bad.mtu(1280);
    download(1, bad, 5_000_000);
  }

  @Test
  void aBlackHoleAffectsOnlyItsOwnSocket() throws Exception {
    echo(1, bad);
    echo(2, good);
    bad.effects(Effects.loss(100));
    byte[] lost = Peer.bytes(8, 4_000_000);
    client.sendData(1, lost); // queued, without delaying other sockets
    for (int i = 0; i < 50; i++) {
      assertEchoes(2);
    }
    Limits limits = Limits.builder().connectTimeout(Duration.ofSeconds(2)).build();
    try (TestDaemon impatient = TestDaemon.start(limits);
        TestClient other = impatient.client()) {
      other.send(new ClientFrame.TcpConnect(7, 3, bad.port(), bad.host()));
      assertThat(other.next()).isEqualTo(new DaemonFrame.TcpConnected(7, 3, 110));
    }
    bad.effects(Effects.NONE);
    assertThat(Arrays.equals(client.receive(1, lost.length), lost))
        .as("nothing is missing after the black hole has gone")
        .isTrue();
  }

  @Test
  void aLinkThatGoesDownAndComesBackLosesNothing() throws Exception {
    bad.effects(Effects.rate(20_000));
    int bytes = 3_000_000;
    open(1, bad, bytes);
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    receive(got, bytes / 3);
    bad.link(false);
    try (TestClient other = daemon.client()) {
      other.send(new ClientFrame.TcpConnect(1, 1, bad.port(), bad.host()));
      assertThat(other.next())
          .as("there is no route while it is down")
          .isEqualTo(new DaemonFrame.TcpConnected(1, 1, 113));
    }
    bad.link(true);
    receive(got, bytes);
    assertThat(Arrays.equals(got.toByteArray(), Peer.bytes(bytes, bytes))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"unreachable, 113", "prohibit, 13", "blackhole, 22"})
  void failuresOfRoutingHaveTheirErrno(String route, int errno) throws Exception {
    String unused = "198.18.99.99";
    Namespace.run("ip", "route", "add", route, unused + "/32");
    try {
      client.send(new ClientFrame.TcpConnect(7, 3, 80, unused));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(7, 3, errno));
    } finally {
      Namespace.run("ip", "route", "del", route, unused + "/32");
    }
  }

  private void open(int id, Namespace network, int request) throws Exception {
    client.send(new ClientFrame.TcpConnect(id, id, network.port(), network.host()));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(id, id, 0));
    client.sendData(id, ByteBuffer.allocate(Integer.BYTES).putInt(request).array());
  }

  private void echo(int id, Namespace network) throws Exception {
    open(id, network, 0);
    assertEchoes(id);
  }

  private void assertEchoes(int id) throws Exception {
    client.sendData(id, new byte[] {1, 2, 3});
    assertThat(client.receive(id, 3)).containsExactly(1, 2, 3);
  }

  private void download(int id, Namespace network, int bytes) throws Exception {
    open(id, network, bytes);
    byte[] got = client.receive(id, bytes);
    assertThat(Arrays.equals(got, Peer.bytes(bytes, bytes))).isTrue();
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, id, 0));
  }

  private void receive(ByteArrayOutputStream into, int until) throws Exception {
    while (into.size() < until) {
      DaemonFrame.TcpRecv frame = client.expect(DaemonFrame.TcpRecv.class);
      byte[] part = new byte[frame.data().remaining()];
      frame.data().get(part);
      into.writeBytes(part);
    }
  }
}

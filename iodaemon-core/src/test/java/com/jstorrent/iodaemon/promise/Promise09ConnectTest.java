package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.SilentPort;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 4.9: a connect fails in time and with the right errno, and can be cancelled. */
class Promise09ConnectTest {

  @Test
  void aClosedPortIsRefused() throws Exception {
    int port;
    try (Peer gone = Peer.open()) {
      port = gone.port();
    }
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(3, 1, port, "127.0.0.1"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(3, 1, 111));
      client.send(new ClientFrame.TcpConnect(4, 1, port, "localhost"));
      assertThat(client.next())
          .as("the id is free again")
          .isEqualTo(new DaemonFrame.TcpConnected(4, 1, 111));
    }
  }

  @Test
  void aPeerThatNeverAnswersTimesOut() throws Exception {
    Limits limits = Limits.builder().connectTimeout(Duration.ofMillis(300)).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        SilentPort silent = new SilentPort();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(3, 1, silent.port(), "127.0.0.1"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(3, 1, 110));
    }
  }

  @Test
  void closeCancelsAnAttemptAndFreesItsTurn() throws Exception {
    // Without the cancellation the turn would not come before this test times out.
    Limits limits =
        Limits.builder().concurrentConnects(1).connectTimeout(Duration.ofHours(1)).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        SilentPort silent = new SilentPort();
        Peer good = Peer.open();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(3, 1, silent.port(), "127.0.0.1"));
      client.send(new ClientFrame.TcpConnect(4, 2, good.port(), "127.0.0.1"));
      client.send(new ClientFrame.TcpClose(0, 1));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(4, 2, 0));
      daemon.awaitStat(Counter.PENDING_CONNECTS, 0);
    }
  }

  @Test
  void bytesSentBeforeTheSocketIsConnectedAreKept() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(3, 1, peer.port(), "localhost"));
      client.sendData(1, new byte[] {1, 2, 3});
      assertThat(peer.accept().getInputStream().readNBytes(3)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void aConnectDoesNotWaitForManyUnansweredOnes() throws Exception {
    Limits limits = Limits.builder().connectTimeout(Duration.ofHours(1)).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        SilentPort silent = new SilentPort();
        Peer good = Peer.open();
        TestClient client = daemon.client()) {
      for (int id = 1; id <= 400; id++) {
        client.send(new ClientFrame.TcpConnect(0, id, silent.port(), "127.0.0.1"));
      }
      client.send(new ClientFrame.TcpConnect(7, 1000, good.port(), "127.0.0.1"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(7, 1000, 0));
      assertThat(daemon.stats().get(Counter.PENDING_CONNECTS))
          .as("none of the others has failed")
          .isBetween(400L, 401L);
    }
  }

  static Stream<String> hostsThatAreTooLong() {
    return Stream.of(
        ":".repeat(300_000) + "/", "a".repeat(300_000), "::1%" + "0".repeat(300_000),
        "a".repeat(256));
  }

  @ParameterizedTest
  @MethodSource("hostsThatAreTooLong")
  void aHostThatIsTooLongForANameIsNotFound(String host) throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(7, 1, 80, host));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(7, 1, 2));
    }
  }

  @Test
  void waitingForATurnDoesNotCountTowardsTheTimeout() throws Exception {
    Limits limits =
        Limits.builder().concurrentConnects(1).connectTimeout(Duration.ofMillis(250)).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        SilentPort silent = new SilentPort();
        TestClient client = daemon.client()) {
      long begun = System.nanoTime();
      for (int id = 1; id <= 8; id++) {
        client.send(new ClientFrame.TcpConnect(0, id, silent.port(), "127.0.0.1"));
      }
      for (int id = 1; id <= 8; id++) {
        assertThat(client.expect(DaemonFrame.TcpConnected.class).errno()).isEqualTo(110);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .as("each had its whole time, one after the other")
          .isGreaterThan(Duration.ofMillis(8 * 250 - 100));
    }
  }

  @Test
  void moreAttemptsThanMayWaitAreRefusedAtOnce() throws Exception {
    Limits limits =
        Limits.builder().pendingConnects(2).connectTimeout(Duration.ofHours(1)).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        SilentPort silent = new SilentPort();
        TestClient client = daemon.client()) {
      for (int id = 1; id <= 3; id++) {
        client.send(new ClientFrame.TcpConnect(id, id, silent.port(), "127.0.0.1"));
      }
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(3, 3, 11));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"::1", "[::1]", "::1%lo", "localhost.", "LOCALHOST", "127.0.0.1"})
  void everyFormOfTheLoopbackAddressConnects(String host) throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer four = Peer.open();
        ServerSocket six = new ServerSocket(four.port(), 5, InetAddress.getByName("::1"));
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(3, 1, six.getLocalPort(), host));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(3, 1, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"no-such-name..invalid", "256.256.256.256", "[::1", "::1%no-such-interface"})
  void anInvalidHostIsNotFound(String host) throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(3, 1, 80, host));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(3, 1, 2));
    }
  }
}

package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 9.2: the client grants each socket how many bytes it may send. */
class CreditTest {
  private static final int INITIAL = 10_000;
  private static final Limits LIMITS = Limits.builder().creditBytes(INITIAL).build();
  private static final Set<Capability> CREDIT = Set.of(Capability.CREDIT);

  @Test
  void aSocketDeliversExactlyTheGrantedBytes() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(LIMITS);
        Peer peer = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      byte[] data = Peer.bytes(1, 2_000_000);
      client.connect(1, peer.port());
      Peer.write(peer.accept(), data);
      assertThat(client.receive(1, INITIAL)).isEqualTo(Arrays.copyOf(data, INITIAL));
      daemon.awaitStat(Counter.CREDIT_PAUSES, 1);
      assertSilent(daemon, client);
      grant(client, 1, 5);
      assertThat(client.receive(1, 5))
          .isEqualTo(Arrays.copyOfRange(data, INITIAL, INITIAL + 5));
      assertSilent(daemon, client);
      grant(client, 1, -1); // unsigned: 4 GiB
      assertThat(client.receive(1, data.length - INITIAL - 5))
          .isEqualTo(Arrays.copyOfRange(data, INITIAL + 5, data.length));
    }
  }

  @Test
  void aSocketWithoutCreditThrottlesOnlyItsOwnPeer() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(LIMITS);
        Peer peer = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      client.connect(1, peer.port());
      Peer.flood(peer.accept());
      client.receive(1, INITIAL);
      client.connect(2, peer.port());
      Socket other = peer.accept();
      for (int i = 0; i < 100; i++) {
        other.getOutputStream().write(i);
        assertThat(client.receive(2, 1)).containsExactly(i);
      }
    }
  }

  @Test
  void theEndIsReportedAfterTheBytesThatWaitForCredit() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(LIMITS);
        Peer peer = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      socket.getOutputStream().write(new byte[INITIAL + 3]);
      socket.close();
      client.receive(1, INITIAL);
      assertSilent(daemon, client);
      grant(client, 1, 1000);
      client.receive(1, 3);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
    }
  }

  @Test
  void acceptedSocketsHaveTheSameCreditFromTheStart() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(LIMITS);
        TestClient client = daemon.client(CREDIT)) {
      client.send(new ClientFrame.TcpListen(3, 1, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      try (Socket caller = new Socket("127.0.0.1", port)) {
        int id = client.expect(DaemonFrame.TcpAccept.class).socketId();
        Peer.flood(caller);
        client.receive(id, INITIAL);
        assertSilent(daemon, client);
        grant(client, id, 7);
        client.receive(id, 7);
      }
    }
  }

  @Test
  void creditForAnUnknownSocketIsCountedAndEndsNothing() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(LIMITS);
        TestClient client = daemon.client(CREDIT)) {
      grant(client, 99, 7);
      daemon.awaitStat(Counter.UNKNOWN_SOCKET_FRAMES, 1);
      assertSilent(daemon, client);
    }
  }

  private static void grant(TestClient client, int id, int bytes) throws Exception {
    client.send(new ClientFrame.TcpCredit(0, id, bytes));
  }

  /** No frame arrives before the answer to a request that is sent now. */
  private static void assertSilent(TestDaemon daemon, TestClient client) throws Exception {
    client.send(new ClientFrame.TcpConnect(1234, 5000, 1, "no-such-name..invalid"));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(1234, 5000, 2));
    assertThat(daemon.stats().get(Counter.PROTOCOL_ERRORS)).isZero();
  }
}

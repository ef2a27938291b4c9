package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.SilentPort;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * PROTOCOL.md § 4.2: every socket that was connected or accepted has exactly one TCP_CLOSE, its
 * last frame.
 */
class Promise02LastFrameTest {
  private static final int RESET = 104;

  /** More than the buffers of the system hold, less than the queue of the daemon. */
  private static final int MUCH = 15 << 20;

  @Test
  void theClientsOwnCloseIsAnsweredWhenTheSocketIsGone() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(7, peer.port());
      Socket socket = peer.accept();
      client.sendData(7, new byte[] {1, 2, 3});
      client.send(new ClientFrame.TcpClose(0, 7));
      assertThat(socket.getInputStream().readAllBytes()).containsExactly(1, 2, 3);
      socket.getOutputStream().write(new byte[100_000]);
      nothingMoreComes(client);
      socket.close();
      assertThat(client.next())
          .as("no bytes that the peer sent after the close arrive")
          .isEqualTo(new DaemonFrame.TcpClosed(0, 7, 0));
      daemon.awaitStat(Counter.PENDING_TCP, 0);
      nothingMoreComes(client);
    }
  }

  @Test
  void anAcceptedSocketThatTheClientClosesHasItsLastFrameToo() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpListen(1, 3, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      try (Socket socket = new Socket("127.0.0.1", port)) {
        int id = client.expect(DaemonFrame.TcpAccept.class).socketId();
        client.send(new ClientFrame.TcpClose(0, id));
        assertThat(socket.getInputStream().read()).as("FIN").isEqualTo(-1);
        socket.shutdownOutput();
        assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, id, 0));
      }
      nothingMoreComes(client);
    }
  }

  @Test
  void bytesThatThePeerNeverReadsAreReportedAsLost() throws Exception {
    try (TestDaemon daemon =
        TestDaemon.start(Limits.builder().linger(Duration.ofMillis(50)).build());
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(7, peer.port());
      Socket socket = peer.accept(); // reads nothing
      client.sendData(7, new byte[MUCH]);
      client.send(new ClientFrame.TcpClose(0, 7));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 7, RESET));
      socket.close();
      nothingMoreComes(client);
    }
  }

  @Test
  void bytesThatAResetOfThePeerDestroysAreReportedAsLost() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(7, peer.port());
      Socket socket = peer.accept();
      client.sendData(7, new byte[MUCH]);
      client.send(new ClientFrame.TcpClose(0, 7));
      daemon.awaitStat(Counter.PENDING_TCP, 1);
      socket.setSoLinger(true, 0);
      socket.close();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 7, RESET));
      nothingMoreComes(client);
    }
  }

  @Test
  void aResetLosesNothingWhenTheClientHasSentNothing() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(7, peer.port());
      Socket socket = peer.accept();
      client.send(new ClientFrame.TcpClose(0, 7));
      assertThat(socket.getInputStream().read()).as("FIN").isEqualTo(-1);
      socket.setSoLinger(true, 0);
      socket.close();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 7, 0));
    }
  }

  @Test
  void bytesHeldBackForAHandshakeThatNeverEndsAreReportedAsLost() throws Exception {
    Limits limits = Limits.builder().linger(Duration.ofMillis(50)).build();
    try (TestDaemon daemon = TestDaemon.start(limits, TestTls.trusting());
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(7, peer.port());
      Socket socket = peer.accept(); // never sends its handshake
      client.send(new ClientFrame.TcpSecure(5, 7, false, TestTls.HOST));
      client.sendData(7, new byte[10]);
      client.send(new ClientFrame.TcpClose(0, 7));
      assertThat(client.next())
          .as("TCP_SECURE of a socket that the client has closed is not answered")
          .isEqualTo(new DaemonFrame.TcpClosed(0, 7, RESET));
      socket.close();
      nothingMoreComes(client);
    }
  }

  @Test
  void theLastFrameIsLeftOutWhenTheIdIsUsedByAnotherSocket() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(7, peer.port());
      Socket first = peer.accept();
      client.send(new ClientFrame.TcpClose(0, 7));
      client.send(new ClientFrame.TcpConnect(8, 7, peer.port(), "127.0.0.1"));
      assertThat(client.next())
          .as("the id is free at once")
          .isEqualTo(new DaemonFrame.TcpConnected(8, 7, 0));
      Socket second = peer.accept();
      first.close();
      daemon.awaitStat(Counter.PENDING_TCP, 0);
      nothingMoreComes(client);
      second.close();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 7, 0));
      nothingMoreComes(client);
    }
  }

  @Test
  void anIdThatWasUsedForUdpMeanwhileHidesTheEndOfItsTcpSocket() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(7, peer.port());
      Socket socket = peer.accept();
      client.send(new ClientFrame.TcpClose(0, 7));
      client.send(new ClientFrame.UdpBind(8, 7, 0, "127.0.0.1"));
      assertThat(client.expect(DaemonFrame.UdpBound.class).errno()).isZero();
      client.send(new ClientFrame.UdpClose(0, 7));
      socket.close();
      daemon.awaitStat(Counter.PENDING_TCP, 0);
      nothingMoreComes(client);
    }
  }

  @Test
  void aCancelledConnectHasNoLastFrame() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        SilentPort silent = new SilentPort();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(1, 7, silent.port(), "127.0.0.1"));
      daemon.awaitStat(Counter.PENDING_CONNECTS, 1);
      client.send(new ClientFrame.TcpClose(0, 7));
      daemon.awaitStat(Counter.PENDING_CONNECTS, 0);
      nothingMoreComes(client);
    }
  }

  @Test
  void closingOverHttpCountsAsTheClientsClose() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(7, peer.port());
      Socket socket = peer.accept();
      daemon.services().directory().closeSocket(null, 7);
      assertThat(socket.getInputStream().read()).as("FIN").isEqualTo(-1);
      socket.close();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 7, 0));
      nothingMoreComes(client);
    }
  }

  /** PROTOCOL.md § 5.4: as the person at the status page does. */
  @Test
  void aClientWhoseSocketsAnotherProgramClosesIsTold() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(7, peer.port());
      Socket socket = peer.accept();
      client.sendData(7, new byte[] {5});
      assertThat(socket.getInputStream().read()).isEqualTo(5);
      daemon.services().directory().closeSocket(1, 7);
      assertThat(socket.getInputStream().read()).as("FIN").isEqualTo(-1);
      socket.close();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 7, 103));
      client.send(new ClientFrame.UdpBind(1, 8, 0, "127.0.0.1"));
      client.expect(DaemonFrame.UdpBound.class);
      daemon.services().directory().closeSocket(1, 8);
      assertThat(client.next()).isEqualTo(new DaemonFrame.UdpClosed(0, 8, 103));
      nothingMoreComes(client);
    }
  }

  @Test
  void aSocketThatFailsWhileTheClientClosesItStillHasItsLastFrame() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      for (int id = 100; id < 300; id++) { // the two closes cross in either order
        client.connect(id, peer.port());
        Socket socket = peer.accept();
        socket.setSoLinger(true, 0);
        socket.close();
        client.send(new ClientFrame.TcpClose(0, id));
        assertThat(client.expect(DaemonFrame.TcpClosed.class).socketId()).isEqualTo(id);
      }
      nothingMoreComes(client);
    }
  }

  @Test
  void aResumedClientIsToldOfTheSocketsThatItHadClosed() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(Set.of(Capability.RESUME))) {
      client.connect(7, peer.port());
      Socket socket = peer.accept();
      client.send(new ClientFrame.TcpClose(0, 7));
      assertThat(socket.getInputStream().read()).as("FIN").isEqualTo(-1);
      client.vanish();
      daemon.awaitStat(Counter.PARKED_SESSIONS, 1);
      try (TestClient back = daemon.client(Set.of(Capability.RESUME))) {
        back.send(new ClientFrame.Resume(9, 1, client.ticket()));
        DaemonFrame.Resumed resumed = back.expect(DaemonFrame.Resumed.class);
        assertThat(resumed.errno()).isZero();
        assertThat(resumed.entries())
            .as("it is listed while its TCP_CLOSE is still to come")
            .singleElement()
            .satisfies(
                live -> {
                  assertThat(live.id()).isEqualTo(7);
                  assertThat(live.state()).isEqualTo(DaemonFrame.Live.State.ENDING);
                });
        socket.close();
        assertThat(back.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 7, 0));
      }
    }
  }

  /** No frame arrives before the reply to a request that is sent now. */
  private static void nothingMoreComes(TestClient client) throws Exception {
    client.send(new ClientFrame.TcpListen(99, 99, 0, "256.256.256.256"));
    assertThat(client.next()).isInstanceOf(DaemonFrame.TcpListenResult.class);
  }
}

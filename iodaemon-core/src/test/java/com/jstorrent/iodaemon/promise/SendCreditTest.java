package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.testkit.PacedClient;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.RecordedConnection;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 9.2: the daemon grants the client how many bytes it may send to each socket. */
class SendCreditTest {
  private static final int FIRST = Limits.DEFAULT.sendCreditBytes();
  private static final int WINDOW = Limits.SEND_WINDOW_BYTES;
  private static final int SLOW = 1;
  private static final int FAST = 100;
  private static final int MIB = 1 << 20;
  private static final Set<Capability> CREDIT = Set.of(Capability.CREDIT);

  /** A peer that takes nothing for so long would lose its socket. */
  private static Limits impatient() {
    return Limits.builder()
        .sendStall(Duration.ofMillis(20))
        .sendRoom(Duration.ofMillis(20))
        .build();
  }

  @Test
  void aClientThatKeepsToItsCreditIsNotHeldUpByASlowPeer() throws Exception {
    int count = 50;
    byte[] block = Peer.bytes(1, 200_000);
    byte[] much = Peer.bytes(2, 64 * MIB);
    try (TestDaemon daemon = TestDaemon.start(impatient());
        Peer slow = Peer.open();
        Peer fast = Peer.echoing();
        TestClient client = daemon.client(CREDIT)) {
      client.connect(SLOW, slow.port());
      Socket socket = slow.accept();
      for (int i = 0; i < count; i++) {
        client.connect(FAST + i, fast.port());
      }
      PacedClient paced = new PacedClient(client, FIRST);
      int sent = paced.exhaust(SLOW, much);
      assertThat(daemon.stats().get(Counter.QUEUED_BYTES)).isBetween(1L, (long) WINDOW);
      for (int i = 0; i < count; i++) {
        paced.sendAll(FAST + i, block);
      }
      for (int i = 0; i < count; i++) {
        while (paced.received(FAST + i) < block.length) {
          paced.takeOne(); // TCP_CLOSE of any socket would be a failure
        }
      }
      assertThat(daemon.stats().get(Counter.QUEUED_BYTES)).isPositive();
      for (int got = 0; got < sent;) {
        int part = Math.min(WINDOW / 4, sent - got);
        assertThat(Arrays.equals(socket.getInputStream().readNBytes(part),
            Arrays.copyOfRange(much, got, got + part))).isTrue();
        got += part;
        paced.takeAll();
      }
      paced.sendAll(SLOW, new byte[2 * WINDOW / 3]);
      assertThat(daemon.stats().get(Counter.SEND_PAUSES)).isZero();
      assertThat(daemon.stats().get(Counter.PROTOCOL_ERRORS)).isZero();
    }
  }

  @Test
  void grantsFollowTheBytesThatThePeerTakesAndAreFew() throws Exception {
    byte[] data = Peer.bytes(3, 20 * MIB);
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      Thread reading =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      assertThat(socket.getInputStream().readNBytes(data.length)).isEqualTo(data);
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      PacedClient paced = new PacedClient(client, FIRST);
      paced.sendAll(1, data);
      reading.join();
      assertThat(paced.grants()).isBetween(data.length / WINDOW - 1, 2 * data.length / WINDOW + 2);
      assertThat(daemon.stats().get(Counter.PROTOCOL_ERRORS)).isZero();
    }
  }

  @Test
  void acceptedSocketsHaveTheSameFirstCredit() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client(CREDIT)) {
      client.send(new ClientFrame.TcpListen(3, 1, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      try (Socket caller = new Socket("127.0.0.1", port)) {
        int id = client.expect(DaemonFrame.TcpAccept.class).socketId();
        client.sendData(id, new byte[FIRST]);
        assertThat(client.next())
            .isEqualTo(new DaemonFrame.TcpCredit(0, id, WINDOW));
        assertThat(caller.getInputStream().readNBytes(FIRST)).hasSize(FIRST);
      }
    }
  }

  @Test
  void grantsEndWithTheClientsSide() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(Set.of(Capability.CREDIT, Capability.HALFCLOSE))) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      PacedClient paced = new PacedClient(client, FIRST);
      int sent = paced.exhaust(1, new byte[64 * MIB]);
      client.send(new ClientFrame.TcpShutdown(0, 1));
      paced.takeAll();
      assertThat(socket.getInputStream().readAllBytes()).hasSize(sent);
      socket.close();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
    }
  }

  @Test
  void grantsEndWithTheClientsClose() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      PacedClient paced = new PacedClient(client, FIRST);
      int sent = paced.exhaust(1, new byte[64 * MIB]);
      client.send(new ClientFrame.TcpClose(0, 1));
      paced.takeAll();
      assertThat(socket.getInputStream().readAllBytes()).hasSize(sent);
      socket.close();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
      daemon.awaitStat(Counter.SEND_CREDIT_BYTES, 0);
    }
  }

  @Test
  void grantsEndWhenWritingHasFailed() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(Limits.builder().creditBytes(1).build());
        Peer peer = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      socket.getOutputStream().write(new byte[2]);
      client.receive(1, 1); // TCP_CLOSE waits for credit from now on
      socket.setSoLinger(true, 0);
      socket.close();
      client.sendData(1, new byte[FIRST]);
      PacedClient paced = new PacedClient(client, FIRST);
      paced.takeAll();
      assertThat(paced.grants()).isZero();
      client.send(new ClientFrame.TcpCredit(0, 1, 1000));
      DaemonFrame frame;
      while ((frame = client.next()) instanceof DaemonFrame.TcpRecv) {
        // what the reset has left of the second byte
      }
      assertThat(frame).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 104));
    }
  }

  @Test
  void grantsGoOnAfterThePeersEnd() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(Set.of(Capability.CREDIT, Capability.HALFCLOSE))) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      socket.shutdownOutput();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpShutdown(0, 1));
      client.sendData(1, new byte[FIRST]);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpCredit(0, 1, WINDOW));
    }
  }

  @Test
  void aGrantForWhatWasSentBeforeTheConnectionWaitsLikeAnyFirstEvent() throws Exception {
    int count = 20;
    ManualClock clock = new ManualClock();
    try (TestDaemon daemon = TestDaemon.start(IoDaemon.builder().clock(clock));
        Peer peer = Peer.open();
        RecordedConnection client = new RecordedConnection(daemon)) {
      client.say(new ClientFrame.ClientHello(1, Capability.CREDIT.label()));
      for (int id = 1; id <= count; id++) {
        client.say(new ClientFrame.TcpConnect(id, id, peer.port(), "localhost"));
        client.say(new ClientFrame.TcpSend(0, id, ByteBuffer.wrap(new byte[FIRST])));
      }
      for (int id = 1; id <= count; id++) {
        client.awaitWrite(DaemonFrame.TcpConnected.class, id);
        assertThat(peer.accept().getInputStream().readNBytes(FIRST)).hasSize(FIRST);
      }
      client.say(new ClientFrame.TcpListen(99, 99, 0, "256.256.256.256"));
      client.awaitWrite(DaemonFrame.TcpListenResult.class, 99);
      // Some connections may have been faster than what was sent; not all were.
      assertThat(
          client.writes()
              .stream()
              .flatMap(List::stream)
              .filter(DaemonFrame.TcpCredit.class::isInstance)
              .count())
          .isLessThan(count);
      clock.advance(Limits.FIRST_EVENT_DELAY);
      for (int id = 1; id <= count; id++) {
        assertThat(client.awaitWrite(DaemonFrame.TcpCredit.class, id))
            .isGreaterThan(client.awaitWrite(DaemonFrame.TcpConnected.class, id));
      }
    }
  }

  @Test
  void bytesThatWaitForAHandshakeAreNotTaken() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(Limits.DEFAULT, TestTls.trusting());
        Peer peer = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
      client.sendData(1, new byte[FIRST]);
      client.send(new ClientFrame.TcpListen(9, 9, 0, "256.256.256.256"));
      assertThat(client.next()).isInstanceOf(DaemonFrame.TcpListenResult.class);
      Thread server =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      TestTls.serve(socket).getInputStream().readNBytes(FIRST);
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 0));
      assertThat(client.next()).isInstanceOf(DaemonFrame.TcpCredit.class);
      server.join();
    }
  }

  @Test
  void grantsThatAreLostWithTheConnectionComeAgain() throws Exception {
    Set<Capability> both = Set.of(Capability.CREDIT, Capability.RESUME);
    byte[] data = Peer.bytes(6, 4 * MIB);
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient lost = daemon.client(both);
      lost.connect(1, peer.port());
      Socket socket = peer.accept();
      lost.send(new ClientFrame.TcpSend(0, 1, ByteBuffer.wrap(data, 0, FIRST)));
      assertThat(socket.getInputStream().readNBytes(FIRST)).isEqualTo(Arrays.copyOf(data, FIRST));
      lost.vanish();
      try (TestClient client = daemon.client(both)) {
        client.send(new ClientFrame.Resume(9, 1, lost.ticket()));
        DaemonFrame.Resumed resumed = client.expect(DaemonFrame.Resumed.class);
        assertThat(resumed.entries().getFirst().fromClient()).isEqualTo(FIRST);
        assertThat(client.next()).isEqualTo(new DaemonFrame.TcpCredit(0, 1, WINDOW));
        // Not a byte more than that may be sent.
        client.send(new ClientFrame.TcpSend(0, 1, ByteBuffer.wrap(data, FIRST, WINDOW)));
        assertThat(socket.getInputStream().readNBytes(WINDOW))
            .isEqualTo(Arrays.copyOfRange(data, FIRST, FIRST + WINDOW));
        assertThat(daemon.stats().get(Counter.PROTOCOL_ERRORS)).isZero();
      }
    }
  }

  @Test
  void aGrantThatComesAgainLeavesAfterTheWriteOfTheAnnouncement() throws Exception {
    Set<Capability> both = Set.of(Capability.CREDIT, Capability.RESUME);
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient lost = daemon.client(both)) {
      lost.connect(1, peer.port());
      lost.sendData(1, new byte[FIRST]);
      lost.expect(DaemonFrame.TcpCredit.class);
      lost.vanish();
      try (RecordedConnection back = new RecordedConnection(daemon)) {
        back.say(new ClientFrame.ClientHello(1, Capability.RESUME.label()));
        back.say(new ClientFrame.Resume(2, 0, lost.ticket()));
        assertThat(back.awaitWrite(DaemonFrame.TcpCredit.class, 1))
            .isGreaterThan(back.awaitWrite(DaemonFrame.TcpConnected.class, 1));
      }
    }
  }

  @Test
  void aSocketThatHasEndedLeavesItsShareToOthers() throws Exception {
    Limits limits =
        Limits.builder()
            .socketQueueBytes(Limits.FRAME_BYTES)
            .sessionQueueBytes(Limits.FRAME_BYTES)
            .build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        Peer peer = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      for (int id = 1; id <= 40; id++) { // as many at once would halve each other's windows
        client.connect(id, peer.port());
        client.sendData(id, new byte[FIRST]);
        assertThat(client.next()).isEqualTo(new DaemonFrame.TcpCredit(0, id, WINDOW));
        peer.accept().close(); // with unread bytes: a reset
        assertThat(client.next()).isInstanceOf(DaemonFrame.TcpClosed.class);
      }
      daemon.awaitStat(Counter.SEND_CREDIT_BYTES, 0);
    }
  }
}

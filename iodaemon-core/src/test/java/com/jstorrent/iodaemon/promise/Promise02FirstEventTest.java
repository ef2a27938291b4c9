package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.RecordedConnection;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * PROTOCOL.md § 4.2: the first event of a socket never leaves in the write of its TCP_CONNECTED or
 * TCP_ACCEPT. It waits for the client's first frame for that socket, else for 5 ms; other sockets
 * do not wait.
 */
class Promise02FirstEventTest {
  private static final Set<Capability> BOTH = Set.of(Capability.HALFCLOSE, Capability.CREDIT);
  private static final byte[] GREETING = {1, 2, 3};

  private final ManualClock clock = new ManualClock();

  private TestDaemon start() throws Exception {
    return TestDaemon.start(IoDaemon.builder().clock(clock).trust(TestTls.trusting()));
  }

  @Test
  void dataAndTheEndOfAPeerAreReportedAfterTheDelay() throws Exception {
    try (TestDaemon daemon = start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      int alarms = clock.waiting();
      client.connect(7, peer.port());
      greetAndClose(peer.accept());
      nothingMoreComes(client);
      TestDaemon.await("the alarm", () -> clock.waiting() > alarms);
      clock.advance(Limits.FIRST_EVENT_DELAY.minusNanos(1));
      nothingMoreComes(client);
      clock.advance(Duration.ofNanos(1));
      assertThat(client.receive(7, 3)).isEqualTo(GREETING);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 7, 0));
    }
  }

  @Test
  void dataOfAnAcceptedPeerIsReportedAfterTheDelay() throws Exception {
    try (TestDaemon daemon = start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpListen(1, 3, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      int alarms = clock.waiting();
      greetAndClose(new Socket(InetAddress.getLoopbackAddress(), port));
      int id = client.expect(DaemonFrame.TcpAccept.class).socketId();
      nothingMoreComes(client);
      TestDaemon.await("the alarm", () -> clock.waiting() > alarms);
      clock.advance(Limits.FIRST_EVENT_DELAY);
      assertThat(client.receive(id, 3)).isEqualTo(GREETING);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, id, 0));
    }
  }

  private static Stream<ClientFrame> firstFrames() {
    return Stream.of(
        new ClientFrame.TcpSend(0, 7, ByteBuffer.wrap(new byte[1])),
        new ClientFrame.TcpSend(0, 7, ByteBuffer.allocate(0)),
        new ClientFrame.TcpCredit(0, 7, 1000),
        new ClientFrame.TcpShutdown(0, 7));
  }

  @ParameterizedTest
  @MethodSource("firstFrames")
  void theFirstFrameOfTheClientForTheSocketEndsTheDelay(ClientFrame frame) throws Exception {
    try (TestDaemon daemon = start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(BOTH)) {
      client.connect(7, peer.port());
      Socket socket = peer.accept();
      socket.getOutputStream().write(GREETING);
      nothingMoreComes(client);
      client.send(frame);
      assertThat(client.receive(7, 3)).isEqualTo(GREETING);
      socket.close();
    }
  }

  @Test
  void theClientsOwnCloseEndsTheDelay() throws Exception {
    try (TestDaemon daemon = start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(7, peer.port());
      peer.accept().close();
      nothingMoreComes(client);
      client.send(new ClientFrame.TcpClose(0, 7));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 7, 0));
    }
  }

  @Test
  void framesForOtherSocketsChangeNothingAndOtherSocketsDoNotWait() throws Exception {
    try (TestDaemon daemon = start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      Socket old = peer.accept();
      client.sendData(1, new byte[1]);
      client.connect(7, peer.port());
      greetAndClose(peer.accept());
      for (int i = 0; i < 20; i++) {
        client.sendData(1, new byte[1]);
        old.getOutputStream().write(i);
        assertThat(client.receive(1, 1)).containsExactly(i);
      }
      clock.advance(Limits.FIRST_EVENT_DELAY);
      assertThat(client.receive(7, 3)).isEqualTo(GREETING);
      old.close();
    }
  }

  @Test
  void aHandshakeRequestedAtOnceIsAnsweredBeforeTheFirstBytes() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(Limits.DEFAULT, TestTls.trusting());
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      for (int id = 10; id < 30; id++) { // TCP_SECURE may be read before or after the connect
        client.send(new ClientFrame.TcpConnect(1, id, peer.port(), "127.0.0.1"));
        client.send(new ClientFrame.TcpSecure(2, id, false, TestTls.HOST));
        Thread server = Thread.ofVirtual().start(() -> greetEncrypted(peer));
        assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(1, id, 0));
        assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(2, id, 0));
        assertThat(client.receive(id, 3)).isEqualTo(GREETING);
        assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, id, 0));
        server.join();
      }
    }
  }

  @Test
  void theEventLeavesInAnotherWriteWhicheverEndsTheDelay() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        RecordedConnection client = new RecordedConnection(daemon)) {
      for (int id = 100; id < 200; id++) {
        client.say(new ClientFrame.TcpConnect(id, id, peer.port(), "127.0.0.1"));
        greetAndClose(peer.accept());
        if (id % 2 == 0) {
          client.say(new ClientFrame.TcpSend(0, id, ByteBuffer.wrap(new byte[1])));
        }
      }
      for (int id = 100; id < 200; id++) {
        int announced = client.awaitWrite(DaemonFrame.TcpConnected.class, id);
        assertThat(client.awaitWrite(DaemonFrame.TcpRecv.class, id)).isGreaterThan(announced);
        assertThat(client.awaitWrite(DaemonFrame.TcpClosed.class, id)).isGreaterThan(announced);
      }
    }
  }

  @Test
  void resentFramesObeyTheDelayToo() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient lost = daemon.client(Set.of(Capability.RESUME))) {
      for (int id = 1; id <= 3; id++) {
        lost.connect(id, peer.port());
        greetAndClose(peer.accept());
        assertThat(lost.receive(id, 3)).isEqualTo(GREETING);
        lost.expect(DaemonFrame.TcpClosed.class);
      }
      lost.vanish();
      try (RecordedConnection back = new RecordedConnection(daemon)) {
        back.say(new ClientFrame.ClientHello(1, Capability.RESUME.label()));
        back.say(new ClientFrame.Resume(2, 0, lost.ticket()));
        for (int id = 1; id <= 3; id++) {
          int announced = back.awaitWrite(DaemonFrame.TcpConnected.class, id);
          assertThat(back.awaitWrite(DaemonFrame.TcpRecv.class, id)).isGreaterThan(announced);
        }
        assertThat(back.writes().stream().flatMap(List::stream))
            .filteredOn(DaemonFrame.TcpClosed.class::isInstance)
            .hasSize(3);
      }
    }
  }

  private static void greetAndClose(Socket socket) throws Exception {
    try (socket) {
      socket.getOutputStream().write(GREETING);
    }
  }

  private static void greetEncrypted(Peer peer) {
    try (Socket socket = TestTls.serve(peer.accept())) {
      socket.getOutputStream().write(GREETING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** No frame arrives before the reply to a request that is sent now. */
  private static void nothingMoreComes(TestClient client) throws Exception {
    client.send(new ClientFrame.TcpListen(99, 99, 0, "256.256.256.256"));
    assertThat(client.next()).isInstanceOf(DaemonFrame.TcpListenResult.class);
  }
}

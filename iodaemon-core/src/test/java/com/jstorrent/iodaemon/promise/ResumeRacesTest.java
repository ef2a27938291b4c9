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
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 9.3: resuming under races, and at its limits. */
class ResumeRacesTest {
  private static final Set<Capability> RESUME = Set.of(Capability.RESUME);
  private static final Limits SHORT =
      Limits.builder().resumeGrace(Duration.ofMillis(100)).build();

  @RepeatedTest(20)
  void aConnectionLostRightAfterResumeLeavesNothingBehind() throws Exception {
    try (TestDaemon daemon = TestDaemon.start(SHORT);
        Peer peer = Peer.open()) {
      TestClient client = lost(daemon, peer);
      TestClient back = daemon.client(RESUME);
      back.send(new ClientFrame.Resume(9, 1, client.ticket()));
      back.vanish();
      daemon.awaitStat(Counter.TCP_SOCKETS, 0);
      daemon.awaitStat(Counter.PARKED_SESSIONS, 0);
    }
  }

  @Test
  void aConnectionResumesOnce() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient first = lost(daemon, peer);
      TestClient second = lost(daemon, peer);
      try (TestClient back = daemon.client(RESUME)) {
        back.send(new ClientFrame.Resume(8, 1, first.ticket()));
        assertThat(back.expect(DaemonFrame.Resumed.class).errno()).isZero();
        back.send(new ClientFrame.Resume(9, 1, second.ticket()));
        assertThat(back.expect(DaemonFrame.Resumed.class).errno()).isEqualTo(22);
      }
    }
  }

  @RepeatedTest(50)
  void allFramesMayArriveAtOnce() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient client = lost(daemon, peer);
      try (TestClient back = daemon.unauthenticatedClient()) {
        back.send(new ClientFrame.ClientHello(1, "resume"));
        back.send(new ClientFrame.Auth(2, 1, TestDaemon.TOKEN));
        back.send(new ClientFrame.Resume(9, 1, client.ticket()));
        back.expect(DaemonFrame.ServerHello.class);
        assertThat(back.expect(DaemonFrame.AuthResult.class).status()).isZero();
        assertThat(back.expect(DaemonFrame.Resumed.class).errno()).isZero();
      }
    }
  }

  @Test
  void acknowledgementsDelayedByASlowPeerPreventResumingButKeepTheSocket() throws Exception {
    Limits limits = Limits.builder().replayBytes(1 << 20).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        Peer peer = Peer.echoing();
        TestClient client = daemon.client(RESUME)) {
      client.connect(1, peer.port());
      int total = 64 << 20;
      // Sends in order, like the buffer of a browser's WebSocket.
      BlockingQueue<ClientFrame> out = new LinkedBlockingQueue<>();
      for (int i = 0; i < total >> 20; i++) {
        out.add(new ClientFrame.TcpSend(0, 1, ByteBuffer.allocate(1 << 20)));
      }
      Thread sending = Thread.ofVirtual().start(() -> send(client, out));
      long received = 1;
      boolean forfeited = false;
      for (long got = 0; got < total;) {
        switch (client.next()) {
          case DaemonFrame.TcpRecv data -> {
            got += data.data().remaining();
            out.add(new ClientFrame.Ack(0, ++received));
          }
          case DaemonFrame.Resumed event -> {
            assertThat(event.errno()).isEqualTo(105);
            forfeited = true;
          }
          case DaemonFrame.Ack ack -> {
          }
          case DaemonFrame other -> throw new AssertionError("unexpected " + other);
        }
      }
      sending.interrupt();
      assertThat(forfeited).isTrue();
      client.vanish();
      try (TestClient late = daemon.client(RESUME)) {
        late.send(new ClientFrame.Resume(9, 1, client.ticket()));
        assertThat(late.expect(DaemonFrame.Resumed.class).errno()).isEqualTo(116);
      }
    }
  }

  private static void send(TestClient client, BlockingQueue<ClientFrame> frames) {
    try {
      while (true) {
        client.send(frames.take());
      }
    } catch (IOException | InterruptedException e) {
      // The test is over.
    }
  }

  @Test
  void noDatagramIsLostWhenTheWindowIsFull() throws Exception {
    Limits limits = Limits.builder().replayBytes(1000).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        TestClient client = daemon.client(RESUME);
        DatagramSocket peer = new DatagramSocket()) {
      client.send(new ClientFrame.UdpBind(1, 1, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.UdpBound.class).boundPort();
      for (int i = 0; i < 100; i++) {
        byte[] data = new byte[100];
        data[0] = (byte) i;
        peer.send(new DatagramPacket(data, 100, InetAddress.getLoopbackAddress(), port));
      }
      for (int i = 0; i < 100; i++) {
        assertThat(nextOf(client, DaemonFrame.UdpRecv.class).data().get()).isEqualTo((byte) i);
        client.send(new ClientFrame.Ack(0, i + 2));
      }
    }
  }

  @Test
  void creditForManySocketsDoesNotOverrunTheWindow() throws Exception {
    Limits limits = Limits.builder().creditBytes(300_000).replayBytes(1 << 20).build();
    int sockets = 30;
    try (TestDaemon daemon = TestDaemon.start(limits);
        Peer peer = Peer.open();
        TestClient client = daemon.client(Set.of(Capability.RESUME, Capability.CREDIT))) {
      for (int id = 1; id <= sockets; id++) {
        client.connect(id, peer.port());
      }
      for (int id = 1; id <= sockets; id++) {
        Peer.flood(peer.accept());
      }
      long received = sockets;
      int headers = 8192; // count, too, and are not counted here
      for (long got = 0; got < (1 << 20) - headers; received++) {
        got += nextOf(client, DaemonFrame.TcpRecv.class).data().remaining();
      }
      for (int id = 1; id <= sockets; id++) {
        client.send(new ClientFrame.TcpCredit(0, id, 300_000));
      }
      for (long got = 0; got < 8 << 20;) {
        client.send(new ClientFrame.Ack(0, received));
        got += nextOf(client, DaemonFrame.TcpRecv.class).data().remaining();
        received++;
      }
      assertThat(daemon.stats().get(Counter.WS_CONNECTIONS)).isEqualTo(1);
    }
  }

  @Test
  void aClientThatNeverAcknowledgesIsServedButCannotResume() throws Exception {
    Limits limits = Limits.builder().replayBytes(1).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        TestClient client = daemon.client(RESUME)) {
      int answers = 0;
      DaemonFrame frame;
      do { // each answer is a control frame to be kept
        client.send(ByteBuffer.wrap(new byte[] {1, (byte) 0xF0, 0, 0, 0, 0, 0, 0}));
        frame = client.next();
        answers++;
      } while (!(frame instanceof DaemonFrame.Resumed));
      assertThat(((DaemonFrame.Resumed) frame).errno()).isEqualTo(105);
      assertThat(answers).isGreaterThan(10_000);
      client.send(new ClientFrame.TcpListen(5, 5, 0, "127.0.0.1"));
      while (!(frame instanceof DaemonFrame.TcpListenResult)) {
        frame = client.next();
      }
    }
  }

  @Test
  void aClientThatHasLostItsCountGetsAllUnacknowledgedFrames() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient client = daemon.client(RESUME);
      client.connect(1, peer.port());
      peer.accept().getOutputStream().write(new byte[] {1, 2, 3});
      client.receive(1, 3);
      client.send(new ClientFrame.Ack(0, 1));
      client.vanish();
      try (TestClient back = daemon.client(RESUME)) {
        back.send(new ClientFrame.Resume(9, -1, client.ticket()));
        DaemonFrame.Resumed resumed = back.expect(DaemonFrame.Resumed.class);
        assertThat(resumed.errno()).isZero();
        assertThat(resumed.toClient()).as("it is told its position in the stream").isEqualTo(1);
        assertThat(resumed.entries().getFirst().toClient()).isZero();
        assertThat(back.receive(1, 3)).containsExactly(1, 2, 3);
      }
    }
  }

  @Test
  void aReusedIdStartsWithNewCounts() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient client = daemon.client(RESUME);
      client.connect(1, peer.port());
      peer.accept().getOutputStream().write(new byte[] {1, 2, 3});
      client.receive(1, 3);
      client.send(new ClientFrame.TcpClose(0, 1));
      client.connect(1, peer.port());
      peer.accept().getOutputStream().write(new byte[] {4});
      client.receive(1, 1);
      client.vanish();
      try (TestClient back = daemon.client(RESUME)) {
        back.send(new ClientFrame.Resume(9, 1, client.ticket()));
        DaemonFrame.Resumed resumed = back.expect(DaemonFrame.Resumed.class);
        assertThat(resumed.entries())
            .containsExactly(
                new DaemonFrame.Live(
                    DaemonFrame.Live.Kind.TCP_SOCKET, 1, DaemonFrame.Live.State.OPEN, 0, 0));
      }
    }
  }

  @Test
  void theNumberOfParkedSessionsIsLimited() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient oldest = lost(daemon, peer);
      daemon.awaitStat(Counter.PARKED_SESSIONS, 1); // sessions end on other threads
      for (int i = 0; i < Limits.PARKED_SESSIONS; i++) {
        lost(daemon, peer);
      }
      daemon.awaitStat(Counter.TCP_SOCKETS, Limits.PARKED_SESSIONS); // one each, without the oldest
      try (TestClient back = daemon.client(RESUME)) {
        back.send(new ClientFrame.Resume(9, 1, oldest.ticket()));
        assertThat(back.expect(DaemonFrame.Resumed.class).errno()).isEqualTo(116);
      }
    }
  }

  /** A client with one socket whose connection has broken. */
  private static TestClient lost(TestDaemon daemon, Peer peer) throws Exception {
    TestClient client = daemon.client(RESUME);
    client.connect(1, peer.port());
    peer.accept();
    client.vanish();
    return client;
  }

  private static <F extends DaemonFrame> F nextOf(TestClient client, Class<F> kind)
      throws Exception {
    DaemonFrame frame;
    do {
      frame = client.next();
    } while (frame instanceof DaemonFrame.Ack);
    return kind.cast(frame);
  }
}

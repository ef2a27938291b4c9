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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 9.3: the sockets of a lost connection continue on another one. */
class ResumeTest {
  private static final Set<Capability> RESUME = Set.of(Capability.RESUME);

  /** A client that counts frames as PROTOCOL.md § 9.3 requires. */
  private static final class Counting {
    private final TestClient client;
    private long received;
    private final ByteArrayOutputStream bytes;

    Counting(TestClient client, long received, ByteArrayOutputStream bytes) {
      this.client = client;
      this.received = received;
      this.bytes = bytes;
    }

    DaemonFrame next() throws Exception {
      while (true) {
        DaemonFrame frame = client.next();
        if (frame.opcode().isCounted()) {
          received++;
          if (frame instanceof DaemonFrame.TcpRecv data) {
            byte[] part = new byte[data.data().remaining()];
            data.data().get(part);
            bytes.writeBytes(part);
          }
          return frame;
        }
        if (!(frame instanceof DaemonFrame.Ack)) {
          return frame;
        }
      }
    }
  }

  @RepeatedTest(5)
  void noByteIsLostOrDuplicatedInEitherDirection() throws Exception {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    byte[] down = Peer.bytes(seed, 6_000_000);
    byte[] up = Peer.bytes(seed + 1, 3_000_000);
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient client = daemon.client(RESUME);
      String ticket = client.ticket();
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      Thread writing = Peer.write(socket, down);
      ByteArrayOutputStream sunk = new ByteArrayOutputStream();
      Thread reading =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      sunk.writeBytes(socket.getInputStream().readNBytes(up.length));
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      Counting counting = new Counting(client, 1, got); // TCP_CONNECTED
      int frame = 10_000;
      int sent = 0; // frames
      long counted = 1; // TCP_CONNECT, in the daemon's count
      while (got.size() < down.length || sent < up.length / frame) {
        for (int i = random.nextInt(20); i > 0 && sent < up.length / frame; i--, sent++) {
          client.send(new ClientFrame.TcpSend(0, 1, ByteBuffer.wrap(up, sent * frame, frame)));
        }
        for (int i = random.nextInt(10); i > 0 && got.size() < down.length; i--) {
          counting.next();
          if (counting.received % 8 == 0) { // the window holds sixteen of the largest frames
            client.send(new ClientFrame.Ack(0, counting.received));
          }
        }
        if (random.nextInt(4) == 0) {
          client.vanish();
          client = daemon.client(RESUME);
          client.send(new ClientFrame.Resume(9, counting.received, ticket));
          DaemonFrame.Resumed resumed = client.expect(DaemonFrame.Resumed.class);
          assertThat(resumed.errno()).as("seed %d", seed).isZero();
          assertThat(resumed.entries()).as("seed %d", seed).hasSize(1);
          DaemonFrame.Live live = resumed.entries().getFirst();
          assertThat(live.toClient()).as("seed %d", seed).isEqualTo(got.size());
          sent = (int) (resumed.fromClient() - counted);
          assertThat(live.fromClient()).as("seed %d", seed).isEqualTo((long) sent * frame);
          counting = new Counting(client, counting.received, got);
        }
      }
      writing.join();
      reading.join();
      assertThat(Arrays.equals(got.toByteArray(), down)).as("seed %d: down", seed).isTrue();
      assertThat(Arrays.equals(sunk.toByteArray(), up)).as("seed %d: up", seed).isTrue();
      client.close();
      daemon.awaitStat(Counter.TCP_SOCKETS, 0);
    }
  }

  @Test
  void eventsDuringTheInterruptionAreReportedAfterwards() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient client = daemon.client(RESUME);
      client.connect(1, peer.port());
      client.connect(2, peer.port());
      Socket first = peer.accept();
      client.vanish();
      daemon.awaitStat(Counter.PARKED_SESSIONS, 1);
      first.getOutputStream().write(new byte[] {1, 2, 3});
      first.close();
      try (TestClient back = daemon.client(RESUME)) {
        back.send(new ClientFrame.Resume(9, 2, client.ticket()));
        assertThat(back.expect(DaemonFrame.Resumed.class).entries())
            .extracting(DaemonFrame.Live::id)
            .containsExactlyInAnyOrder(1, 2);
        assertThat(back.receive(1, 3)).containsExactly(1, 2, 3);
        assertThat(back.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
        daemon.awaitStat(Counter.PARKED_SESSIONS, 0);
      }
    }
  }

  private static void relayOfAnotherClient(TestDaemon daemon, int bytes) throws Exception {
    try (TestClient client = daemon.client();
        Peer peer = Peer.open()) {
      client.connect(1, peer.port());
      Peer.write(peer.accept(), new byte[bytes]);
      client.receive(1, bytes);
    }
  }

  @Test
  void peersAreNotReadDuringTheInterruptionAndNothingIsMissingAfterwards() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient client = daemon.client(RESUME);
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      client.vanish();
      daemon.awaitStat(Counter.PARKED_SESSIONS, 1);
      byte[] data = Peer.bytes(5, 20_000_000);
      int first = 64 << 10;
      socket.getOutputStream().write(data, 0, first);
      relayOfAnotherClient(daemon, first); // the daemon has had the time to read all of this, too
      assertThat(daemon.stats().get(Counter.BYTES_RECEIVED)).isEqualTo(first);
      Thread writing = Peer.write(socket, Arrays.copyOfRange(data, first, data.length));
      try (TestClient back = daemon.client(RESUME)) {
        back.send(new ClientFrame.Resume(9, 1, client.ticket()));
        back.expect(DaemonFrame.Resumed.class);
        Counting counting = new Counting(back, 1, new ByteArrayOutputStream());
        while (counting.bytes.size() < data.length) {
          counting.next();
          back.send(new ClientFrame.Ack(0, counting.received));
        }
        assertThat(Arrays.equals(counting.bytes.toByteArray(), data)).isTrue();
        writing.join();
      }
    }
  }

  /** What is sent again may be more than a transport holds, so it must not wait for that either. */
  @Test
  void aClientMaySendOnBehindResumeBeforeItReadsAnything() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient client = daemon.client(RESUME);
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      byte[] data = Peer.bytes(6, 3_000_000);
      Thread writing = Peer.write(socket, data);
      client.receive(1, data.length);
      writing.join();
      client.vanish();
      try (TestClient back = daemon.client(RESUME)) {
        back.send(new ClientFrame.Resume(9, 1, client.ticket()));
        back.send(new ClientFrame.TcpSend(0, 1, ByteBuffer.wrap(new byte[] {7})));
        assertThat(socket.getInputStream().read()).isEqualTo(7);
        back.expect(DaemonFrame.Resumed.class);
        assertThat(Arrays.equals(back.receive(1, data.length), data)).isTrue();
      }
    }
  }

  @Test
  void anAckWithALowerNumberIsIgnored() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(Set.of(Capability.RESUME))) {
      client.connect(1, peer.port());
      client.connect(2, peer.port());
      client.send(new ClientFrame.Ack(0, 2));
      client.send(new ClientFrame.Ack(3, 1));
      client.send(new ClientFrame.Ack(4, 0));
      client.send(new ClientFrame.TcpConnect(5, 5, peer.port(), "127.0.0.1"));
      assertThat(client.next())
          .as("no ERROR arrives first")
          .isEqualTo(new DaemonFrame.TcpConnected(5, 5, 0));
    }
  }

  @Test
  void aClientThatAcknowledgesNothingIsNotSentMoreThanTheWindow() throws Exception {
    Limits limits = Limits.builder().replayBytes(300_000).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        Peer peer = Peer.open();
        TestClient client = daemon.client(RESUME)) {
      client.connect(1, peer.port());
      Peer.flood(peer.accept());
      Counting counting = new Counting(client, 1, new ByteArrayOutputStream());
      while (counting.bytes.size() < 250_000) {
        counting.next();
      }
      client.send(new ClientFrame.TcpConnect(2, 2, peer.port(), "127.0.0.1"));
      DaemonFrame frame;
      do { // a control frame arrives all the same
        frame = counting.next();
      } while (frame instanceof DaemonFrame.TcpRecv);
      assertThat(frame).isEqualTo(new DaemonFrame.TcpConnected(2, 2, 0));
      client.send(new ClientFrame.Ack(0, counting.received));
      counting.next();
      assertThat(daemon.stats().get(Counter.BYTES_RECEIVED)).isLessThan(3_000_000);
    }
  }

  @Test
  void aWrongTicketOrCountDoesNotResume() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient client = daemon.client(RESUME);
      client.connect(1, peer.port());
      client.vanish();
      try (TestClient thief = daemon.client(RESUME)) {
        thief.send(new ClientFrame.Resume(9, 1, "0123456789abcdef0123456789abcdef"));
        assertThat(thief.expect(DaemonFrame.Resumed.class).errno()).isEqualTo(116);
        thief.send(new ClientFrame.Resume(9, 77, client.ticket()));
        assertThat(thief.expect(DaemonFrame.Resumed.class).errno())
            .as("more frames than were sent")
            .isEqualTo(116);
        thief.connect(5, peer.port());
        thief.send(new ClientFrame.Resume(9, 1, client.ticket()));
        assertThat(thief.expect(DaemonFrame.Resumed.class).errno())
            .as("it has sockets of its own")
            .isEqualTo(22);
      }
      try (TestClient owner = daemon.client(RESUME)) {
        owner.send(new ClientFrame.Resume(9, 1, client.ticket()));
        assertThat(owner.expect(DaemonFrame.Resumed.class).errno()).isZero();
      }
    }
  }

  @Test
  void aConnectionThatLooksAliveIsReplacedByTheOneThatResumes() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient half = daemon.client(RESUME)) {
      half.connect(1, peer.port());
      try (TestClient back = daemon.client(RESUME)) {
        back.send(new ClientFrame.Resume(9, 1, half.ticket()));
        assertThat(back.expect(DaemonFrame.Resumed.class).errno()).isZero();
        peer.accept().getOutputStream().write(3);
        assertThat(back.receive(1, 1)).containsExactly(3);
      }
    }
  }

  @Test
  void afterTheGracePeriodEverythingIsClosed() throws Exception {
    Limits limits = Limits.builder().resumeGrace(Duration.ofMillis(200)).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        Peer peer = Peer.open()) {
      TestClient client = daemon.client(RESUME);
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      client.vanish();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      daemon.awaitStat(Counter.TCP_SOCKETS, 0);
      daemon.awaitStat(Counter.PARKED_SESSIONS, 0);
      try (TestClient late = daemon.client(RESUME)) {
        late.send(new ClientFrame.Resume(9, 1, client.ticket()));
        assertThat(late.expect(DaemonFrame.Resumed.class).errno()).isEqualTo(116);
      }
    }
  }

  @Test
  void anOrderlyCloseLeavesNothingBehind() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient client = daemon.client(RESUME);
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      client.close();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      assertThat(daemon.stats().get(Counter.PARKED_SESSIONS)).isZero();
    }
  }

  @Test
  void aDaemonThatStopsEndsParkedSessions() throws Exception {
    try (Peer peer = Peer.open()) {
      Socket socket;
      try (TestDaemon daemon = TestDaemon.start()) {
        TestClient client = daemon.client(RESUME);
        client.connect(1, peer.port());
        socket = peer.accept();
        client.vanish();
        daemon.awaitStat(Counter.PARKED_SESSIONS, 1);
      }
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }
}

package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.PacedClient;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 9.2: what happens to clients that send more than they were granted, and to others. */
class SendOverdraftTest {
  private static final int FIRST = Limits.DEFAULT.sendCreditBytes();
  private static final int WINDOW = Limits.SEND_WINDOW_BYTES;
  private static final int MIB = 1 << 20;
  private static final Set<Capability> CREDIT = Set.of(Capability.CREDIT);

  @Test
  void anOverdraftIsAnsweredWithOneErrorAndLosesNoByte() throws Exception {
    byte[] data = Peer.bytes(4, 3 * MIB);
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      client.connect(1, peer.port());
      client.sendData(1, data);
      assertThat(client.expect(DaemonFrame.Error.class))
          .isEqualTo(
              new DaemonFrame.Error(
                  0, "TCP_SEND exceeds the credit of socket 1; the data is accepted."));
      Socket socket = peer.accept();
      assertThat(socket.getInputStream().readNBytes(data.length)).isEqualTo(data);
      // What was overdrawn is made up for: now the client has a whole window.
      long granted = FIRST - data.length;
      while (granted < WINDOW / 2) {
        granted += Integer.toUnsignedLong(client.expect(DaemonFrame.TcpCredit.class).bytes());
      }
      assertThat(granted).isLessThanOrEqualTo(WINDOW);
      client.sendData(1, data);
      assertThat(socket.getInputStream().readNBytes(data.length)).isEqualTo(data);
      assertThat(client.next()).isInstanceOf(DaemonFrame.TcpCredit.class);
      assertThat(daemon.stats().get(Counter.PROTOCOL_ERRORS)).isEqualTo(1);
    }
  }

  @Test
  void aClientThatKnowsNoGrantsLosesNoByte() throws Exception {
    int frame = 64 << 10;
    byte[] data = Peer.bytes(5, 48 * MIB);
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      Thread sending =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int sent = 0; sent < data.length; sent += frame) {
                        client.send(
                            new ClientFrame.TcpSend(0, 1, ByteBuffer.wrap(data, sent, frame)));
                      }
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      TestDaemon.await("a pause", () -> daemon.stats().get(Counter.SEND_PAUSES) > 0);
      assertThat(socket.getInputStream().readNBytes(data.length)).isEqualTo(data);
      sending.join();
    }
  }

  @Test
  void whenAnOverdraftFillsTheQueuesNoSocketGoesWhoseCreditWasKept() throws Exception {
    Limits limits =
        Limits.builder()
            .socketQueueBytes(Limits.FRAME_BYTES)
            .sessionQueueBytes(Limits.FRAME_BYTES)
            .sendStall(Duration.ofMillis(200))
            .build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        Peer stalled = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      client.connect(1, stalled.port());
      client.connect(2, stalled.port());
      PacedClient paced = new PacedClient(client, FIRST);
      paced.exhaust(1, new byte[64 * MIB]);
      long kept = daemon.stats().get(Counter.QUEUED_BYTES);
      assertThat(kept).isGreaterThan(WINDOW / 4);
      while (daemon.stats().get(Counter.QUEUED_BYTES) - kept < WINDOW / 16) {
        client.sendData(2, new byte[WINDOW / 16]);
      }
      client.sendData(2, new byte[Limits.FRAME_BYTES - WINDOW / 4]);
      assertThat(nextButGrants(client)).isInstanceOf(DaemonFrame.Error.class);
      assertThat(nextButGrants(client)).isEqualTo(new DaemonFrame.TcpClosed(0, 2, 105));
    }
  }

  @Test
  void thereIsAlwaysRoomForWhatCreditCovers() throws Exception {
    Limits limits =
        Limits.builder()
            .memoryBytes(Limits.FRAME_BYTES)
            .sendStall(Duration.ofMillis(20))
            .sendRoom(Duration.ofMillis(20))
            .build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        Peer stalled = Peer.open();
        TestClient client = daemon.client(CREDIT)) {
      client.connect(1, stalled.port());
      client.connect(2, stalled.port());
      int longQueue = 6 * MIB; // nearly the client's share
      while (daemon.stats().get(Counter.QUEUED_BYTES) < longQueue) {
        client.sendData(2, new byte[FIRST / 2]);
      }
      assertThat(nextButGrants(client)).isInstanceOf(DaemonFrame.Error.class);
      PacedClient paced = new PacedClient(client, FIRST);
      paced.exhaust(1, new byte[64 * MIB]);
      assertThat(daemon.services().directory().sockets().get(1L))
          .filteredOn(socket -> socket.id() == 1)
          .allSatisfy(socket -> assertThat(socket.traffic().queuedBytes()).isPositive())
          .isNotEmpty();
      assertThat(daemon.stats().get(Counter.SEND_PAUSES)).isZero();
    }
  }

  private static DaemonFrame nextButGrants(TestClient client) throws Exception {
    DaemonFrame frame;
    do {
      frame = client.next();
    } while (frame instanceof DaemonFrame.TcpCredit);
    return frame;
  }
}

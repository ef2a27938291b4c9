package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.6: a peer that reads nothing fills a bounded queue, then loses its socket. */
class Promise06SlowPeerTest {
  private static final int SLOW = 1;
  private static final int GOOD = 2;
  private static final int FRAME = 1 << 20;

  @Test
  void aSlowReaderDelaysNoOtherSocket() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer slow = Peer.open();
        Peer good = Peer.echoing();
        TestClient client = daemon.client()) {
      client.connect(SLOW, slow.port());
      client.connect(GOOD, good.port());
      for (int sent = 0; sent < 14; sent++) {
        client.sendData(SLOW, new byte[FRAME]);
      }
      client.sendData(GOOD, new byte[] {1, 2, 3});
      assertThat(client.receive(GOOD, 3)).containsExactly(1, 2, 3);
      assertThat(daemon.stats().get(Counter.SEND_PAUSES)).isZero();
    }
  }

  @Test
  void onlyThePeerThatStallsLosesItsSocket() throws Exception {
    Limits limits = Limits.builder().sendStall(Duration.ofMillis(200)).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        Peer stalled = Peer.open();
        Peer good = Peer.echoing();
        TestClient client = daemon.client()) {
      client.connect(SLOW, stalled.port());
      client.connect(GOOD, good.port());
      long most = 0;
      for (int sent = 0; sent < 64; sent++) {
        client.sendData(SLOW, new byte[FRAME]);
        most = Math.max(most, daemon.stats().get(Counter.QUEUED_BYTES));
      }
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, SLOW, 105));
      assertThat(most).isBetween(1L, limits.socketQueueBytes());
      assertThat(daemon.stats().get(Counter.SEND_STALLS)).isEqualTo(1);
      client.sendData(GOOD, new byte[] {9});
      assertThat(client.receive(GOOD, 1)).containsExactly(9);
      daemon.awaitStat(Counter.QUEUED_BYTES, 0);
    }
  }

  @Test
  void aPeerThatIsMerelySlowGetsEveryByte() throws Exception {
    int total = 48 << 20;
    byte[] data = Peer.bytes(6, FRAME);
    try (TestDaemon daemon = TestDaemon.start();
        Peer slow = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(SLOW, slow.port());
      Socket socket = slow.accept();
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int sent = 0; sent < total; sent += FRAME) {
                        client.sendData(SLOW, data);
                      }
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      // Reads only once the queue is full, so that the client has certainly been paused.
      TestDaemon.await("a pause", () -> daemon.stats().get(Counter.SEND_PAUSES) > 0);
      for (int got = 0; got < total; got += FRAME) {
        assertThat(Arrays.equals(socket.getInputStream().readNBytes(FRAME), data)).isTrue();
      }
      sender.join();
      assertThat(daemon.stats().get(Counter.SEND_STALLS)).isZero();
    }
  }

  @Test
  void overTheSessionLimitTheSocketWithTheLongestQueueIsClosed() throws Exception {
    Limits limits =
        Limits.builder()
            .socketQueueBytes(Limits.FRAME_BYTES)
            .sessionQueueBytes(Limits.FRAME_BYTES + (4L << 20))
            .sendStall(Duration.ofMillis(200))
            .build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        Peer stalled = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, stalled.port());
      client.connect(2, stalled.port());
      fillKernelBuffers(daemon, client, 1);
      for (int sent = 0; sent < 12; sent++) {
        client.sendData(1, new byte[FRAME]);
      }
      fillKernelBuffers(daemon, client, 2);
      for (int sent = 0; sent < 10; sent++) {
        client.sendData(2, new byte[FRAME]);
      }
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 105));
    }
  }

  /** Sends until the buffers of the system are full, and the queue begins to grow. */
  private static void fillKernelBuffers(TestDaemon daemon, TestClient client, int socketId)
      throws Exception {
    long before = daemon.stats().get(Counter.QUEUED_BYTES);
    while (daemon.stats().get(Counter.QUEUED_BYTES) - before < FRAME) {
      client.sendData(socketId, new byte[FRAME / 4]);
    }
  }
}

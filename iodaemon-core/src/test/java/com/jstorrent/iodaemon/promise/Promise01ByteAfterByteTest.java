package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.1: no byte dropped, reordered within a socket, or delivered twice. */
class Promise01ByteAfterByteTest {
  private static final int SOCKETS = 8;
  private static final int BYTES = 2 << 20;

  @Test
  void bytesInOddPortionsComeBackOnceAndInOrderOnEverySocket() throws Exception {
    long seed = System.nanoTime();
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.echoing();
        TestClient client = daemon.client()) {
      for (int id = 1; id <= SOCKETS; id++) {
        client.connect(id, peer.port());
      }
      Thread sender = Thread.ofVirtual().start(() -> sendAll(client, seed));
      Map<Integer, ByteArrayOutputStream> received = new ConcurrentHashMap<>();
      long total = 0;
      while (total < (long) SOCKETS * BYTES) {
        DaemonFrame.TcpRecv frame = client.expect(DaemonFrame.TcpRecv.class);
        byte[] part = new byte[frame.data().remaining()];
        frame.data().get(part);
        total += part.length;
        received
            .computeIfAbsent(frame.socketId(), id -> new ByteArrayOutputStream())
            .writeBytes(part);
      }
      sender.join();
      for (int id = 1; id <= SOCKETS; id++) {
        assertThat(Arrays.equals(received.get(id).toByteArray(), Peer.bytes(seed + id, BYTES)))
            .as("bytes of socket %d, seed %d", id, seed)
            .isTrue();
      }
    }
  }

  @Test
  void queuedBytesArriveOnceAndInOrder() throws Exception {
    byte[] data = Peer.bytes(1, 10 << 20);
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      for (int at = 0; at < data.length; at += 10_007) {
        client.sendData(1, Arrays.copyOfRange(data, at, Math.min(data.length, at + 10_007)));
      }
      assertThat(daemon.stats().get(Counter.QUEUED_BYTES)).as("bytes were queued").isPositive();
      assertThat(Arrays.equals(socket.getInputStream().readNBytes(data.length), data)).isTrue();
    }
  }

  private static void sendAll(TestClient client, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] sent = new int[SOCKETS + 1];
    List<byte[]> data = new ArrayList<>();
    for (int id = 0; id <= SOCKETS; id++) {
      data.add(Peer.bytes(seed + id, BYTES));
    }
    try {
      for (boolean more = true; more;) {
        more = false;
        for (int id = 1; id <= SOCKETS; id++) {
          int end = Math.min(BYTES, sent[id] + random.nextInt(1, 40_000));
          if (sent[id] < end) {
            client.sendData(id, Arrays.copyOfRange(data.get(id), sent[id], end));
            sent[id] = end;
            more = true;
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

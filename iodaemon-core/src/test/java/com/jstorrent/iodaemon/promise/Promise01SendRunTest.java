package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.RecordedConnection;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.1: the data of frames that arrive together reaches the peer complete and in order. */
class Promise01SendRunTest {
  private static final int FIRST = 1;
  private static final int SECOND = 2;
  private static final int UNKNOWN = 3;
  private static final int BLOCK = 16 << 10;
  private static final byte[] ONE = {1};

  private static Socket connect(RecordedConnection client, Peer peer, int socketId)
      throws Exception {
    client.say(new ClientFrame.TcpConnect(socketId, socketId, peer.port(), "127.0.0.1"));
    client.awaitWrite(DaemonFrame.TcpConnected.class, socketId);
    return peer.accept();
  }

  private static ClientFrame.TcpSend send(int socketId, byte[] data, int from, int count) {
    return new ClientFrame.TcpSend(0, socketId, ByteBuffer.wrap(data, from, count));
  }

  @Test
  void eachPeerGetsItsBytesInOrderWhateverIsBetweenThem() throws Exception {
    long seed = System.nanoTime();
    System.out.println("Promise01SendRunTest seed " + seed);
    Random random = new Random(seed);
    byte[] data = Peer.bytes(seed, 4 << 20);
    int[] sent = new int[UNKNOWN + 1];
    int frames = 0;
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        RecordedConnection client = new RecordedConnection(daemon)) {
      Socket first = connect(client, peer, FIRST);
      Socket second = connect(client, peer, SECOND);
      while (sent[FIRST] < data.length / 2) {
        List<ClientFrame> together = new ArrayList<>();
        int socketId = FIRST;
        for (int i = random.nextInt(1, 200); i > 0; i--) {
          socketId = random.nextInt(8) == 0 ? random.nextInt(FIRST, UNKNOWN + 1) : socketId;
          int count = random.nextInt(200);
          together.add(send(socketId, data, sent[socketId], count));
          sent[socketId] += count;
        }
        client.say(together);
        frames += together.size();
      }
      assertThat(first.getInputStream().readNBytes(sent[FIRST]))
          .isEqualTo(ByteBuffer.allocate(sent[FIRST]).put(data, 0, sent[FIRST]).array());
      assertThat(second.getInputStream().readNBytes(sent[SECOND]))
          .isEqualTo(ByteBuffer.allocate(sent[SECOND]).put(data, 0, sent[SECOND]).array());
      assertThat(daemon.stats().get(Counter.FRAMES_FROM_CLIENT)).isEqualTo(frames + 2L);
      daemon.awaitStat(Counter.BYTES_SENT, sent[FIRST] + sent[SECOND]);
    }
  }

  /** Frames in runs of ten. */
  private static void sendInRuns(RecordedConnection client, byte[] data) {
    for (int at = 0; at < data.length; at += 10 * BLOCK) {
      int from = at;
      client.say(
          IntStream.range(0, Math.min(10, (data.length - from) / BLOCK))
              .mapToObj(i -> send(FIRST, data, from + i * BLOCK, BLOCK))
              .toList());
    }
  }

  @Test
  void aPeerThatDoesNotReadGetsThemLater() throws Exception {
    byte[] data = Peer.bytes(1, 12 << 20); // more than the system takes, less than the queue of a socket
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        RecordedConnection client = new RecordedConnection(daemon)) {
      Socket socket = connect(client, peer, FIRST);
      sendInRuns(client, data);
      assertThat(daemon.stats().get(Counter.QUEUED_BYTES)).isPositive();
      assertThat(socket.getInputStream().readNBytes(data.length)).isEqualTo(data);
      daemon.awaitStat(Counter.QUEUED_BYTES, 0);
    }
  }

  @Test
  void theyAreEncryptedInOrder() throws Exception {
    byte[] data = Peer.bytes(2, 4 << 20);
    try (TestDaemon daemon = TestDaemon.start(Limits.DEFAULT, TestTls.trusting());
        Peer peer = Peer.open();
        RecordedConnection client = new RecordedConnection(daemon)) {
      Socket plain = connect(client, peer, FIRST);
      client.say(new ClientFrame.TcpSecure(9, FIRST, false, TestTls.HOST));
      try (Socket encrypted = TestTls.serve(plain);
          InputStream in = encrypted.getInputStream()) {
        sendInRuns(client, data);
        assertThat(in.readNBytes(data.length)).isEqualTo(data);
      }
    }
  }

  @Test
  void eachFrameToAnUnknownSocketCounts() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        RecordedConnection client = new RecordedConnection(daemon)) {
      client.say(List.of(send(UNKNOWN, ONE, 0, 1), send(UNKNOWN, ONE, 0, 1)));
      assertThat(daemon.stats().get(Counter.UNKNOWN_SOCKET_FRAMES)).isEqualTo(2);
    }
  }

  @Test
  void framesBehindTheCloseOfTheirSocketAreDropped() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        RecordedConnection client = new RecordedConnection(daemon)) {
      Socket socket = connect(client, peer, FIRST);
      client.say(
          List.of(
              send(FIRST, new byte[] {1}, 0, 1),
              send(FIRST, new byte[] {2}, 0, 1),
              new ClientFrame.TcpClose(0, FIRST),
              send(FIRST, new byte[] {3}, 0, 1)));
      assertThat(socket.getInputStream().readAllBytes()).containsExactly(1, 2);
    }
  }
}

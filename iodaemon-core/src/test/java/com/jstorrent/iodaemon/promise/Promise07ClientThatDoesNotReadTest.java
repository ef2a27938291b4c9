package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PROTOCOL.md § 4.7: a client that does not read takes bounded memory, and loses nothing. */
class Promise07ClientThatDoesNotReadTest {
  private static final int BLOCK = 64 << 10;
  private static final int TOTAL = 96 << 20;

  /** What the daemon may hold: the queue of the transport and the frame that waits for room. */
  private static final long BOUND = 2 << 20;

  @Test
  void slowClientThrottlesThePeerAndGetsEveryByteInTheEnd() throws Exception {
    byte[] block = Peer.bytes(7, BLOCK);
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      AtomicLong written = new AtomicLong();
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      OutputStream out = socket.getOutputStream();
                      for (; written.get() < TOTAL; written.addAndGet(BLOCK)) {
                        out.write(block);
                      }
                      socket.shutdownOutput();
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      awaitStandstill(written);
      assertThat(written.get()).as("the peer is throttled").isLessThan(TOTAL);
      assertThat(daemon.stats().get(Counter.BYTES_RECEIVED)).isLessThan(BOUND);
      for (int got = 0; got < TOTAL;) {
        DaemonFrame.TcpRecv frame = client.expect(DaemonFrame.TcpRecv.class);
        byte[] part = new byte[frame.data().remaining()];
        frame.data().get(part);
        for (int at = 0; at < part.length;) {
          int offset = (got + at) % BLOCK;
          int count = Math.min(part.length - at, BLOCK - offset);
          assertThat(Arrays.equals(part, at, at + count, block, offset, offset + count)).isTrue();
          at += count;
        }
        got += part.length;
      }
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
      writer.join();
    }
  }

  static Stream<ClientFrame> framesThatAreRefused() {
    return Stream.of(
        new ClientFrame.Ack(9, 1_000_000), new ClientFrame.Resume(9, 0, "none"),
        new ClientFrame.ClientHello(9, ""));
  }

  /** Those that are not counted for a resume as well. */
  @ParameterizedTest
  @MethodSource("framesThatAreRefused")
  void aClientThatDoesNotReadIsNotReadWhenItsFramesAreRefused(ClientFrame frame) throws Exception {
    int many = 200_000;
    AtomicLong sent = new AtomicLong();
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client(Set.of(Capability.RESUME))) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  for (; sent.get() < many; sent.incrementAndGet()) {
                    client.send(frame);
                  }
                } catch (IOException e) {
                  // The test is over.
                }
              });
      awaitStandstill(sent);
      assertThat(sent.get()).isLessThan(many);
    }
  }

  /** The writer counts as blocked when its count stays the same over many samples. */
  private static void awaitStandstill(AtomicLong written) throws InterruptedException {
    long[] seen = {-1, 0};
    TestDaemon.await(
        "the writer to block",
        () -> {
          long now = written.get();
          seen[1] = now > 0 && now == seen[0] ? seen[1] + 1 : 0;
          seen[0] = now;
          return seen[1] > 3000;
        });
  }
}

package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Bulk traffic through some sockets, with every byte compared; from time to time the client does
 * not read.
 */
final class SoakRelay implements SoakLoad {
  private static final int SOCKETS = 6;
  private static final int TOTAL = 32 << 20;
  private static final int MAX_BYTES = 200_000;
  private static final int WINDOW = 8 << 20; // less than the daemon queues for one peer

  /** One of this many frames is followed by a pause. */
  private static final int REST_EVERY = 500;

  @Override
  public void round(SoakEnvironment environment, SplittableRandom random) throws Exception {
    try (WireClient client = environment.client("");
        ExecutorService background = Executors.newVirtualThreadPerTaskExecutor()) {
      List<SeededBytes> expected = new ArrayList<>();
      List<SeededBytes> sent = new ArrayList<>();
      for (int id = 0; id < SOCKETS; id++) {
        client.send(new ClientFrame.TcpConnect(id, id, environment.echoPort(), "127.0.0.1"));
        client.expect(DaemonFrame.TcpConnected.class);
        environment.opened.increment();
        long seed = random.nextLong();
        expected.add(new SeededBytes(seed));
        sent.add(new SeededBytes(seed));
      }
      Semaphore window = new Semaphore(WINDOW);
      SplittableRandom sizes = random.split();
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(() -> send(client, sent, window, sizes), background);
      for (long left = TOTAL; left > 0;) {
        DaemonFrame.TcpRecv frame = client.expect(DaemonFrame.TcpRecv.class);
        int count = frame.data().remaining();
        expected.get(frame.socketId()).requireNext(frame.data());
        left -= count;
        window.release(count);
        environment.verified.add(count);
        if (random.nextInt(REST_EVERY) == 0) {
          environment.pause(Duration.ofMillis(random.nextInt(500, 4000)));
        }
      }
      sender.get();
      if (random.nextBoolean()) {
        client.close(1000);
      } else {
        environment.killed.increment();
      }
    }
  }

  private static void send(
      WireClient client, List<SeededBytes> bytes, Semaphore window, SplittableRandom random) {
    for (int left = TOTAL; left > 0;) {
      int id = random.nextInt(bytes.size());
      int count = Math.min(left, random.nextInt(1, MAX_BYTES));
      window.acquireUninterruptibly(count);
      client.send(new ClientFrame.TcpSend(0, id, ByteBuffer.wrap(bytes.get(id).next(count))));
      left -= count;
    }
  }
}

package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/** Bulk traffic through some sockets, every byte compared; now and then the client does not read. */
final class SoakRelay implements SoakLoad {
  private static final int SOCKETS = 6;
  private static final int TOTAL = 32 << 20;
  private static final int MOST = 200_000;
  private static final int WINDOW = 8 << 20; // under what the daemon queues for one peer

  /** Of so many frames one is followed by a rest. */
  private static final int REST_EVERY = 500;

  @Override
  public void round(SoakSite site, SplittableRandom random) throws Exception {
    try (WireClient client = site.client("");
        ExecutorService background = Executors.newVirtualThreadPerTaskExecutor()) {
      List<SeededBytes> expected = new ArrayList<>();
      List<SeededBytes> sent = new ArrayList<>();
      for (int id = 0; id < SOCKETS; id++) {
        client.send(new ClientFrame.TcpConnect(id, id, site.echoPort(), "127.0.0.1"));
        client.expect(DaemonFrame.TcpConnected.class);
        site.opened.increment();
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
        site.verified.add(count);
        if (random.nextInt(REST_EVERY) == 0) {
          site.pause(Duration.ofMillis(random.nextInt(500, 4000)));
        }
      }
      sender.get();
      if (random.nextBoolean()) {
        client.close(1000);
      } else {
        site.killed.increment();
      }
    }
  }

  private static void send(
      WireClient client, List<SeededBytes> bytes, Semaphore window, SplittableRandom random) {
    for (int left = TOTAL; left > 0;) {
      int id = random.nextInt(bytes.size());
      int count = Math.min(left, random.nextInt(1, MOST));
      window.acquireUninterruptibly(count);
      client.send(new ClientFrame.TcpSend(0, id, ByteBuffer.wrap(bytes.get(id).next(count))));
      left -= count;
    }
  }
}

package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * A well-behaved client beside a load: an echo through the relay, a write and a read of 16 KiB, and
 * {@code /health}, each again and again. It measures how long each takes at most.
 */
final class LoadProbe implements AutoCloseable {
  private static final int BLOCK_BYTES = 16 << 10;
  private static final int ECHOED_BYTES = 1 << 10;
  private static final int SOCKET = 1;
  private static final long PERIOD_MILLIS = 100;
  private static final List<String> MEASURED = List.of("echo", "health", "read", "write");

  private final ScheduledExecutorService clock =
      Executors.newScheduledThreadPool(3, Thread.ofPlatform().daemon().factory());
  private final HttpClient http = HttpClient.newHttpClient();
  private final Peer peer = Peer.echoing();
  private final FileClient files;
  private final FileClient asking;
  private final WireClient client;
  private final Map<String, LongAccumulator> slowest = new ConcurrentHashMap<>();
  private final Map<String, LongAccumulator> counts = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  /** What is measured. */
  private interface Step {
    void run() throws Exception;
  }

  LoadProbe(int port) throws Exception {
    files = new FileClient(port);
    asking = new FileClient(port);
    client = new WireClient(http, port, FileClient.TOKEN);
    client.send(new ClientFrame.TcpConnect(1, SOCKET, peer.port(), "127.0.0.1"));
    client.expect(DaemonFrame.TcpConnected.class);
    byte[] block = Peer.bytes(1, BLOCK_BYTES);
    repeat(() -> measure("echo", this::echo));
    repeat(() -> measure("health", () -> require(asking.get("/health"))));
    repeat(
        () -> {
          measure("write", () -> require(files.write("probe", 0, block)));
          measure("read", () -> require(files.read("probe", 0, BLOCK_BYTES)));
        });
  }

  private void repeat(Step step) {
    clock.scheduleWithFixedDelay(
        () -> {
          try {
            step.run();
          } catch (Exception | AssertionError e) {
            failure.compareAndSet(null, new IllegalStateException("It was not served.", e));
            throw new IllegalStateException(e); // ends the repetition
          }
        },
        0,
        PERIOD_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  private void measure(String name, Step step) throws Exception {
    long begin = System.nanoTime();
    step.run();
    slowest
        .computeIfAbsent(name, key -> new LongAccumulator(Math::max, 0))
        .accumulate(System.nanoTime() - begin);
    counts.computeIfAbsent(name, key -> new LongAccumulator(Long::sum, 0)).accumulate(1);
  }

  private void echo() throws Exception {
    client.send(
        new ClientFrame.TcpSend(0, SOCKET, ByteBuffer.wrap(new byte[ECHOED_BYTES])));
    for (int missing = ECHOED_BYTES; missing > 0;) {
      missing -= client.expect(DaemonFrame.TcpRecv.class).data().remaining();
    }
  }

  private static void require(FileClient.Answer answer) {
    if (answer.status() != 200) {
      throw new AssertionError(answer);
    }
  }

  /** How many times everything has been served. */
  long rounds() throws Exception {
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    long least = Long.MAX_VALUE;
    for (String name : MEASURED) {
      LongAccumulator count = counts.get(name);
      least = Math.min(least, count == null ? 0 : count.get());
    }
    return least;
  }

  /** The longest times since the last call, in milliseconds. */
  Map<String, Long> slowestMillis() {
    Map<String, Long> all = new TreeMap<>();
    slowest.forEach(
        (name, time) -> all.put(name, Duration.ofNanos(time.getThenReset()).toMillis()));
    return all;
  }

  @Override
  public void close() throws IOException {
    clock.shutdownNow();
    client.close();
    files.close();
    asking.close();
    http.shutdownNow();
    peer.close();
  }
}

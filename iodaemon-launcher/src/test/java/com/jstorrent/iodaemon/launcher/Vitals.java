package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a daemon bears up while it is abused: another connection asks for {@code /health} all the time,
 * and the process's memory is looked at. At the end it must be what it was before.
 */
final class Vitals implements AutoCloseable {
  private static final long MEMORY_KB = 256 << 10;

  /** Threads and descriptors that come and go by themselves. */
  private static final int SOME = 12;

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final String abuse;
  private final DaemonProcess daemon;
  private final int port;
  private final long descriptors;
  private final long threads;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final Thread pulse = Thread.ofPlatform().daemon().unstarted(this::feel);
  private volatile boolean over;
  private volatile long slowest;
  private volatile long mostMemory;
  private volatile int answers;

  /** Begins to watch a daemon that nobody uses yet. */
  Vitals(String abuse, DaemonProcess daemon, int port) throws IOException {
    this.abuse = abuse;
    this.daemon = daemon;
    this.port = port;
    health(port);
    descriptors = count("fd");
    threads = count("task");
    pulse.start();
  }

  private static void health(int port) throws IOException {
    try (RawClient client = new RawClient(port)) {
      client.send("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(client.status()).isEqualTo(200);
    }
  }

  private void feel() {
    try {
      while (!over) {
        long begin = System.nanoTime();
        health(port);
        slowest = Math.max(slowest, System.nanoTime() - begin);
        mostMemory = Math.max(mostMemory, memory());
        answers++;
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      failure.set(new IllegalStateException("During " + abuse + " /health was not answered.", e));
    }
  }

  /** What the process holds of the machine's memory now, in KiB. */
  private long memory() throws IOException {
    Path status = Path.of("/proc", String.valueOf(daemon.process().pid()), "status");
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    }
  }

  private long count(String what) {
    try (Stream<Path> entries =
        Files.list(Path.of("/proc", String.valueOf(daemon.process().pid()), what))) {
      return entries.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until {@code /health} was answered once more, begun after now. */
  void beat() throws Exception {
    int before = answers;
    TestDaemon.await("/health", () -> answers > before + 1 || failure.get() != null);
    check();
  }

  private void check() throws Exception {
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    assertThat(daemon.process().isAlive()).isTrue();
    assertThat(mostMemory).as(abuse + ": KiB of memory").isLessThan(MEMORY_KB);
  }

  /** The abuse is over, its connections are closed: waits until nothing is left of it. */
  void assertRecovered() throws Exception {
    beat();
    over = true;
    pulse.join();
    check();
    TestDaemon.await("descriptors after " + abuse, () -> count("fd") <= descriptors + SOME);
    TestDaemon.await("threads after " + abuse, () -> count("task") <= threads + SOME);
    health(port);
    System.err.printf(
        "%s: memory %d MiB at most, slowest /health of %d: %d ms%n",
        abuse, mostMemory >> 10, answers, Duration.ofNanos(slowest).toMillis());
  }

  @Override
  public void close() {
    over = true;
  }
}

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
 * Monitors a daemon under abuse: another connection repeatedly requests {@code /health}, and the
 * process's memory is sampled. In the end, threads and descriptors must be what they were before.
 */
final class HealthMonitor implements AutoCloseable {
  private static final long MEMORY_KB = 256 << 10;

  /** How many threads and descriptors may vary by themselves. */
  private static final int TOLERANCE = 12;

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final String abuse;
  private final DaemonProcess daemon;
  private final int port;
  private final long descriptors;
  private final long threads;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final Thread monitor = Thread.ofPlatform().daemon().unstarted(this::sample);
  private volatile boolean over;
  private volatile long slowest;
  private volatile long mostMemory;
  private volatile int answers;

  /** Starts monitoring a daemon that is not yet in use. */
  HealthMonitor(String abuse, DaemonProcess daemon, int port) throws IOException {
    this.abuse = abuse;
    this.daemon = daemon;
    this.port = port;
    health(port);
    descriptors = count("fd");
    threads = count("task");
    monitor.start();
  }

  private static void health(int port) throws IOException {
    try (RawClient client = new RawClient(port)) {
      client.send("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(client.status()).isEqualTo(200);
    }
  }

  private void sample() {
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

  /** The resident memory of the process, in KiB. */
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

  /** Waits until a {@code /health} request that starts from now on was answered. */
  void awaitAnswer() throws Exception {
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

  /**
   * Waits, after the abuse has ended and its connections are closed, until nothing is left of it.
   */
  void assertRecovered() throws Exception {
    awaitAnswer();
    over = true;
    monitor.join();
    check();
    TestDaemon.await("descriptors after " + abuse, () -> count("fd") <= descriptors + TOLERANCE);
    TestDaemon.await("threads after " + abuse, () -> count("task") <= threads + TOLERANCE);
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

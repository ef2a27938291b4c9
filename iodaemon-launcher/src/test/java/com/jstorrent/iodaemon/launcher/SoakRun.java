package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * All loads at once on the real process, for an hour: {@code mvn -Psoak verify}. Leaks show as
 * growth: memory, threads and descriptors of the last quarter are compared with those of the
 * second.
 */
@EnabledOnOs(OS.LINUX)
class SoakRun {
  private static final Duration TIME = Duration.ofMinutes(Long.getLong("soak.minutes", 60));
  private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(5);
  private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(500);

  /** The growth that is not a leak: loads are random, and so is what is open at one moment. */
  private static final int TOLERANCE = 32;

  private static final double MEMORY_GROWTH = 1.15;

  /**
   * Gauges that must be zero when there are no clients. Open files may remain, and the test itself
   * has an HTTP connection.
   */
  private static final List<String> NOTHING_LEFT =
      List.of("tcp_sockets", "pending_connects", "pending_tcp", "udp_sockets", "tls_sockets",
          "tcp_servers", "ws_connections", "queued_bytes", "parked_sessions", "file_handles",
          "waiting_streams");

  private final long seed = Long.getLong("soak.seed", System.nanoTime());
  private final List<ProcessSample> samples = new ArrayList<>();

  @TempDir
  Path root;

  @Test
  void resourceUseDoesNotGrow() throws Exception {
    System.out.println("soak: " + TIME.toMinutes() + " minutes, seed " + seed);
    String rootOption = FileClient.ROOT + "=" + root;
    try (DaemonProcess daemon =
        DaemonProcess.start(Map.of(), "--token", FileClient.TOKEN, "--root", rootOption)) {
      int port = daemon.port();
      try (FileClient asking = new FileClient(port)) {
        long openFiles = stats(asking).get("open_files");
        ProcessSample before = ProcessSample.of(daemon.process().pid());
        soak(daemon, asking, port);
        TestDaemon.await("nothing left", () -> isEmpty(stats(asking)));
        TestDaemon.await("its connections' end",
            () -> stats(asking).get("http_connections") == 1);
        ProcessSample after = ProcessSample.of(daemon.process().pid());
        System.out.println("soak: before " + before + "; after " + after + "; " + stats(asking));
        assertThat(after.descriptors() - stats(asking).get("open_files"))
            .as("descriptors when all clients are gone")
            .isLessThanOrEqualTo(before.descriptors() - openFiles + TOLERANCE);
      }
      assertThat(daemon.stderr()).doesNotContain("SEVERE", "ERROR", "defect");
    }
    requireNoGrowth();
  }

  private void soak(DaemonProcess daemon, FileClient asking, int port) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<SoakLoad> loads =
        List.of(
            new SoakRelay(), new SoakChurn(), new SoakResume(), new SoakIdle(),
            new SoakFiles("a"), new SoakFiles("b"));
    try (SoakEnvironment environment = new SoakEnvironment(port);
        ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      List<Future<?>> running = new ArrayList<>();
      for (SoakLoad load : loads) {
        SplittableRandom own = random.split();
        running.add(
            threads.submit(
                () -> {
                  repeat(load, environment, own);
                  return null;
                }));
      }
      sample(daemon, asking, environment);
      environment.end();
      for (Future<?> load : running) {
        load.get();
      }
      System.out.println("soak: " + achieved(environment));
    }
  }

  private static void repeat(SoakLoad load, SoakEnvironment environment, SplittableRandom random)
      throws Exception {
    try {
      while (!environment.isOver()) {
        load.round(environment, random);
        environment.pause(BETWEEN_ROUNDS);
      }
    } finally {
      environment.end(); // a load that fails ends the others
    }
  }

  private void sample(DaemonProcess daemon, FileClient asking, SoakEnvironment environment)
      throws Exception {
    Instant begin = Instant.now();
    long minutes = 0;
    while (!environment.isOver() && begin.plus(TIME).isAfter(Instant.now())) {
      environment.pause(BETWEEN_SAMPLES);
      ProcessSample sample = ProcessSample.of(daemon.process().pid());
      samples.add(sample);
      Duration elapsed = Duration.between(begin, Instant.now());
      if (elapsed.toMinutes() > minutes) {
        minutes = elapsed.toMinutes();
        Map<String, Long> stats = stats(asking);
        System.out.println(
            "soak: " + minutes + "/" + TIME.toMinutes() + " min: " + sample + ", "
                + stats.get("tcp_sockets") + " TCP sockets, " + stats.get("ws_connections")
                + " WebSockets, " + stats.get("http_connections") + " HTTP connections, "
                + stats.get("open_files") + " open files; " + achieved(environment));
      }
    }
  }

  private static String achieved(SoakEnvironment environment) {
    return (environment.verified.sum() >> 20) + " MiB verified, " + environment.opened.sum()
        + " sockets opened, " + environment.killed.sum() + " WebSockets killed";
  }

  private void requireNoGrowth() {
    int quarter = samples.size() / 4;
    ProcessSample second = ProcessSample.median(samples.subList(quarter, 2 * quarter));
    ProcessSample last =
        ProcessSample.median(samples.subList(samples.size() - quarter, samples.size()));
    System.out.println("soak: second quarter " + second + "; last quarter " + last);
    assertThat(last.descriptors()).isLessThanOrEqualTo(second.descriptors() + TOLERANCE);
    assertThat(last.threads()).isLessThanOrEqualTo(second.threads() + TOLERANCE);
    assertThat((double) last.rssKib()).isLessThanOrEqualTo(second.rssKib() * MEMORY_GROWTH);
  }

  private static boolean isEmpty(Map<String, Long> stats) {
    return NOTHING_LEFT.stream().allMatch(gauge -> stats.get(gauge) == 0);
  }

  private static Map<String, Long> stats(FileClient asking) {
    try {
      Map<String, Long> numbers = new TreeMap<>();
      asking.get("/stats").json().forEach((name, value) -> {
        if (value instanceof Long number) {
          numbers.put(name, number);
        }
      });
      return numbers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

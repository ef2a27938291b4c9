package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A daemon in a container of some size, with a client that behaves. Loads are put on it. */
final class ContainedDaemon implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  /** How often the client that behaves is served before the memory in use is looked at. */
  private static final int ROUNDS = 20;

  private final @Nullable ControlGroup group;
  private final DaemonProcess daemon;
  private final Path root;
  private final int port;
  private final LoadProbe probe;
  private final long before;

  /**
   * @param mebibytes the size of the container; 0 for none
   */
  ContainedDaemon(long mebibytes, Path root) throws Exception {
    this.root = root;
    group = mebibytes == 0 ? null : ControlGroup.ofMebibytes(mebibytes);
    List<String> command =
        List.of(
            DaemonProcess.script().toString(), "--token", FileClient.TOKEN, "--log-level", "warn",
            "--root", FileClient.ROOT + "=" + root);
    daemon = DaemonProcess.run(Map.of(), group == null ? command : group.command(command));
    port = daemon.port();
    probe = new LoadProbe(port);
    awaitServed(ROUNDS);
    before = memoryMib();
  }

  private long memoryMib() throws Exception {
    return orItsEnd(() -> ProcessSample.of(daemon.process().pid()).rssKib() >> 10);
  }

  /** The result, or a failure that tells how the daemon has ended. */
  private <T> T orItsEnd(Callable<T> task) throws Exception {
    try {
      return task.call();
    } catch (IOException | NoSuchElementException e) {
      daemon.process().waitFor(1, TimeUnit.SECONDS); // it may be about to end
      requireAlive();
      throw e;
    }
  }

  private void requireAlive() throws Exception {
    if (!daemon.process().isAlive()) {
      throw new AssertionError(
          "The daemon has ended with status " + daemon.awaitExit() + ": " + daemon.stderr());
    }
  }

  /** Waits until the client that behaves was served so many times more. */
  private void awaitServed(int rounds) throws Exception {
    long end = probe.rounds() + rounds;
    await("the client that behaves to be served", () -> probe.rounds() >= end);
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private void await(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      requireAlive();
      if (condition.holds()) {
        return;
      }
      assertThat(System.nanoTime()).as("Waited in vain for " + what).isLessThan(end);
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  /**
   * Puts loads on the daemon at the same time, until all their clients are up, or wait for memory.
   *
   * @param hold how long they stay then
   */
  void bear(Set<MemoryLoad> loads, Duration hold) throws Exception {
    try {
      putOn(loads, hold);
    } catch (Exception | AssertionError e) {
      e.addSuppressed(new IllegalStateException("The daemon's log: " + daemon.stderr()));
      throw e;
    }
  }

  private void putOn(Set<MemoryLoad> loads, Duration hold) throws Exception {
    probe.slowestMillis();
    long most = 0;
    Map<String, Integer> outcomes;
    try (LoadTarget target = new LoadTarget(port, root)) {
      for (MemoryLoad load : loads) {
        orItsEnd(
            () -> {
              load.begin(target);
              return load;
            });
      }
      boolean up = target.awaitUp(hold);
      for (long end = System.nanoTime() + hold.toNanos(); System.nanoTime() < end;) {
        most = Math.max(most, memoryMib());
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      }
      awaitServed(2);
      outcomes = target.outcomes();
      outcomes.merge(up ? "all up" : "not all up", 1, Integer::sum);
    }
    awaitServed(2);
    System.err.printf(
        "%s: slowest %s ms, memory %d MiB at most, %s%n",
        loads, probe.slowestMillis(), most, outcomes);
  }

  /**
   * Waits until the memory of the loads was given back to the system.
   *
   * @param rest what may stay, in MiB: a few idle buffers, and what the JVM needs for the code that the
   *     loads were the first to run
   */
  void awaitMemoryBack(long rest) throws Exception {
    long begin = System.nanoTime();
    try {
      await("the memory to be given back", () -> memoryMib() <= before + rest);
    } finally {
      System.err.printf(
          "memory %d MiB before, %d MiB %d s after the load; %d MiB of the group at most%n",
          before, memoryMib(), Duration.ofNanos(System.nanoTime() - begin).toSeconds(),
          group == null ? 0 : group.peakBytes() >> 20);
    }
  }

  @Override
  public void close() throws IOException {
    probe.close();
    daemon.process().destroyForcibly().onExit().join();
    daemon.close();
    if (group != null) {
      group.close();
    }
  }
}

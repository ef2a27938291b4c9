package com.jstorrent.iodaemon.stats.live;

import com.jstorrent.iodaemon.stats.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * What the daemon's process uses of the machine, including an embedder's own part. Each call asks the
 * system, which takes some microseconds and no disk access. Thread-safe.
 */
public final class ProcessUse {
  private static final String RESIDENT = "VmRSS:";

  private final Path status;
  private final boolean isThere; // false on other systems: to fail each time would take longer
  private final Supplier<Optional<Duration>> cpu;
  private final AtomicLong cpuMillis = new AtomicLong(); // the last number that was known
  private volatile long resident; // likewise

  /** Measures this process. */
  public ProcessUse() {
    this(
        Path.of("/proc/self/status"), () -> ProcessHandle.current().info().totalCpuDuration());
  }

  /** Uses another file in place of Linux's, and another processor time. */
  ProcessUse(Path status, Supplier<Optional<Duration>> cpu) {
    this.status = status;
    this.cpu = cpu;
    this.isThere = Files.isReadable(status);
  }

  /** Adds its numbers to those of a daemon. */
  public void addTo(Stats stats) {
    stats.measure(Counter.CPU_MILLISECONDS, this::cpuMillis);
    stats.measure(Counter.HEAP_BYTES, ProcessUse::heapBytes);
    stats.measure(Counter.RESIDENT_BYTES, this::residentBytes);
  }

  /**
   * Never decreases: without a descriptor the system tells nothing, and a decrease would look like
   * another process.
   */
  long cpuMillis() {
    return cpuMillis.accumulateAndGet(cpu.get().map(Duration::toMillis).orElse(0L), Math::max);
  }

  private static long heapBytes() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /**
   * The number of the line {@code VmRSS: 123456 kB}, in bytes; when it cannot be read, the last known
   * one; 0 where there is none.
   */
  long residentBytes() {
    if (!isThere) {
      return 0;
    }
    try {
      List<String> lines = Files.readAllLines(status);
      for (String line : lines) {
        if (line.startsWith(RESIDENT)) {
          resident =
              Long.parseLong(line.substring(RESIDENT.length()).replaceAll("\\D", "")) << 10;
        }
      }
    } catch (IOException | NumberFormatException e) {
      return resident; // the file cannot be read now
    }
    return resident;
  }
}

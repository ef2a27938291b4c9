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
 * What the process of the daemon uses of the machine; an embedder's own part is in it. Each look asks the
 * system, which takes some microseconds and no disk. Thread-safe.
 */
public final class ProcessUse {
  private static final String RESIDENT = "VmRSS:";

  private final Path status;
  private final boolean isThere; // not on other systems: to fail each time would take longer
  private final Supplier<Optional<Duration>> cpu;
  private final AtomicLong cpuMillis = new AtomicLong(); // the last number that could be had
  private volatile long resident; // likewise

  /** Of this process. */
  public ProcessUse() {
    this(
        Path.of("/proc/self/status"), () -> ProcessHandle.current().info().totalCpuDuration());
  }

  /** With another file in the place of Linux's, and another processor time. */
  ProcessUse(Path status, Supplier<Optional<Duration>> cpu) {
    this.status = status;
    this.cpu = cpu;
    this.isThere = Files.isReadable(status);
  }

  /** Has its numbers among those of a daemon. */
  public void addTo(Stats stats) {
    stats.measure(Counter.CPU_MILLISECONDS, this::cpuMillis);
    stats.measure(Counter.HEAP_BYTES, ProcessUse::heapBytes);
    stats.measure(Counter.RESIDENT_BYTES, this::residentBytes);
  }

  /** Never falls: without a descriptor the system tells nothing, and a fall would look like another process. */
  long cpuMillis() {
    return cpuMillis.accumulateAndGet(cpu.get().map(Duration::toMillis).orElse(0L), Math::max);
  }

  private static long heapBytes() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** The line {@code VmRSS:   123456 kB}, in bytes, or what it was when it could be read; 0 where there is none. */
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
      return resident; // it tells nothing
    }
    return resident;
  }
}

package com.jstorrent.iodaemon.stats.live;

import com.jstorrent.iodaemon.stats.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the process of the daemon uses of the machine; an embedder's own part is in it. Each look asks the
 * system, which takes some microseconds and no disk. Thread-safe.
 */
public final class ProcessUse {
  private static final String RESIDENT = "VmRSS:";

  private final Path status;
  private final boolean isThere; // not on other systems: to fail each time would take longer

  /** Of this process. */
  public ProcessUse() {
    this(Path.of("/proc/self/status"));
  }

  /** With another file in the place of Linux's. */
  ProcessUse(Path status) {
    this.status = status;
    this.isThere = Files.isReadable(status);
  }

  /** Has its numbers among those of a daemon. */
  public void addTo(Stats stats) {
    stats.measure(Counter.CPU_MILLISECONDS, ProcessUse::cpuMillis);
    stats.measure(Counter.HEAP_BYTES, ProcessUse::heapBytes);
    stats.measure(Counter.RESIDENT_BYTES, this::residentBytes);
  }

  private static long cpuMillis() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toMillis).orElse(0L);
  }

  private static long heapBytes() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** The line {@code VmRSS:   123456 kB}, in bytes; 0 where there is none. */
  long residentBytes() {
    if (!isThere) {
      return 0;
    }
    try {
      List<String> lines = Files.readAllLines(status);
      for (String line : lines) {
        if (line.startsWith(RESIDENT)) {
          return Long.parseLong(line.substring(RESIDENT.length()).replaceAll("\\D", "")) << 10;
        }
      }
    } catch (IOException | NumberFormatException e) {
      return 0; // it tells nothing
    }
    return 0;
  }
}

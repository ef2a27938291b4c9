package com.jstorrent.iodaemon.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * In a container of 256 MiB the daemon outlives every load, and serves a client that behaves meanwhile. {@code
 * mvn -Pmemory verify} runs {@link MemoryLoadRun}, which takes longer.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(600)
class MemoryLoadIT {
  private static final long REST_MIB = 64; // sooner than the least, which takes half a minute
  private static final Duration HOLD = Duration.ofSeconds(2);

  @TempDir
  Path root;

  @Test
  void theDaemonOutlivesAllLoadsInASmallContainer() throws Exception {
    try (ContainedDaemon daemon = new ContainedDaemon(256, root)) {
      for (MemoryLoad load : MemoryLoad.values()) {
        daemon.bear(EnumSet.of(load), HOLD);
      }
      daemon.awaitMemoryBack(REST_MIB);
    }
  }
}

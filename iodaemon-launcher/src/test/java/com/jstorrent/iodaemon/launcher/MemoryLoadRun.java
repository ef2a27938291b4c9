package com.jstorrent.iodaemon.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

/**
 * Each load alone and all of them together, in containers of two sizes and without one, for long enough that
 * those who wait for memory are refused: {@code mvn -Pmemory verify}.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(900)
@ParameterizedClass
@ValueSource(longs = {256, 512, 0})
class MemoryLoadRun {
  private static final long REST_MIB = 32;
  private static final Duration HOLD = Duration.ofSeconds(12);

  @Parameter
  long mebibytes;

  @TempDir
  Path root;

  private void assertSurvives(EnumSet<MemoryLoad> loads) throws Exception {
    try (ContainedDaemon daemon = new ContainedDaemon(mebibytes, root)) {
      daemon.bear(loads, HOLD);
      daemon.awaitMemoryBack(REST_MIB);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLoadAlone(MemoryLoad load) throws Exception {
    assertSurvives(EnumSet.of(load));
  }

  @Test
  void allLoadsTogether() throws Exception {
    assertSurvives(EnumSet.allOf(MemoryLoad.class));
  }
}

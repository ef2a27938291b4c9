package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 6: the depth of a path is limited, and its cost is linear in the depth. */
class DeepPathsTest {
  private static final int LEVELS = 256;
  private static final int ATTEMPTS = 20;
  private static final int BYTES = 4096;

  @TempDir
  Path folder;
  private FileService files;

  @BeforeEach
  void start() {
    files =
        new FileService(new DownloadRoots(List.of(DownloadRoot.of("k", folder))), 8, new Stats());
  }

  @AfterEach
  void stop() {
    files.close();
  }

  private static String deep(int levels) {
    return "d/".repeat(levels - 1) + "d";
  }

  private FileLocation location(String path) throws OperationFailure {
    return files.location("k", SafePath.of(path));
  }

  @Test
  void theNumberOfLevelsIsLimited() throws Exception {
    assertThat(SafePath.of(deep(LEVELS)).components()).hasSize(LEVELS);
    assertThat(SafePath.of("///" + deep(LEVELS)).components()).hasSize(LEVELS);
    for (String text : List.of(deep(LEVELS + 1), deep(LEVELS + 1).replace('/', '\\'))) {
      assertRefused(text, "more than 256 levels");
    }
  }

  @Test
  void theNumberOfBytesIsLimited() throws Exception {
    String names = ("x".repeat(200) + "/").repeat(20);
    SafePath.of("/" + names + "y".repeat(BYTES - names.length()));
    assertRefused(names + "y".repeat(BYTES - names.length() + 1), "more than 4096 bytes");
    String wide = ("\u6587".repeat(85) + "/").repeat(16); // one byte less, and a separator
    SafePath.of(wide.substring(0, wide.length() - 1));
    assertRefused(wide + "x", "more than 4096 bytes");
    String raw = ("\uefff".repeat(255) + "/").repeat(16);
    SafePath.of(raw.substring(0, raw.length() - 1));
    assertRefused(raw + "x", "more than 4096 bytes");
    assertRefused("x/".repeat(8 << 20), "more than 4096 bytes");
  }

  private static void assertRefused(String text, String reason) {
    assertThatThrownBy(() -> SafePath.of(text))
        .isInstanceOf(OperationFailure.class)
        .hasMessageContaining(reason)
        .satisfies(e -> assertThat(((OperationFailure) e).code()).isEqualTo(FailureCode.EINVAL));
  }

  @Test
  void theDeepestPathsAreCreatedReadAndDeleted() throws Exception {
    FileLocation deepest = location(deep(LEVELS));
    files.write(deepest, true, ByteBuffer.wrap(new byte[] {7}), 0);
    ByteBuffer into = ByteBuffer.allocate(2);
    try (OpenFile file = files.openForReading(deepest)) {
      file.read(into, 0);
    }
    assertThat(into.position()).isEqualTo(1);
    files.folders().rename(deepest, location(deep(LEVELS - 1) + "/other"));
    files.folders().delete(location("d"));
    assertThat(folder).isEmptyDirectory();
  }

  private interface Attempt {
    void run() throws OperationFailure;
  }

  /** The CPU time of an attempt on this thread. */
  private static long cpuTime(Attempt attempt) throws OperationFailure {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    attempt.run();
    return threads.getCurrentThreadCpuTime() - before;
  }

  /**
   * Four times the depth may cost four times as much; if the cost were quadratic, it would be
   * sixteen times.
   */
  private void assertLinear(FailureCode expected, Function<Integer, String> path) throws Exception {
    long[] costs = {Long.MAX_VALUE, Long.MAX_VALUE};
    int[] levels = {LEVELS / 4, LEVELS};
    for (int i = 0; i < 2 * ATTEMPTS; i++) { // in turn, so that a machine that slows down slows both
      FileLocation location = location(path.apply(levels[i % 2]));
      long cost =
          cpuTime(
              () -> assertThatThrownBy(
                  () -> FolderWalk.to(location).then((held, name) -> held.attributes(name)))
                  .isInstanceOf(OperationFailure.class)
                  .satisfies(e -> assertThat(((OperationFailure) e).code()).isEqualTo(expected)));
      costs[i % 2] = Math.min(costs[i % 2], cost);
    }
    assertThat(costs[1])
        .as("%d ns for %d levels, %d ns for %d", costs[0], levels[0], costs[1], levels[1])
        .isLessThan(9 * costs[0]);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the whole path of a folder is checked there")
  void missingPathsFailInTimeLinearInTheirDepth(@TempDir Path outside) throws Exception {
    Path deepest = Files.createDirectories(folder.resolve(deep(LEVELS - 2)));
    Path quarter = folder.resolve(deep(LEVELS / 4 - 2));
    for (Path each : List.of(deepest, quarter)) {
      Files.write(each.resolve("file"), new byte[1]);
      Files.createSymbolicLink(each.resolve("out"), outside);
    }
    assertLinear(FailureCode.ENOENT, levels -> deep(levels - 2) + "/missing");
    assertLinear(FailureCode.ENOENT, levels -> deep(levels - 2) + "/missing/x");
    assertLinear(FailureCode.ENOTDIR, levels -> deep(levels - 2) + "/file/x");
    assertLinear(FailureCode.EACCES, levels -> deep(levels - 2) + "/out/x");
  }
}

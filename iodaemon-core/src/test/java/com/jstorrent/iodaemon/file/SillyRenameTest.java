package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** File systems on which an open file keeps a hidden name when it is deleted or replaced. */
@EnabledOnOs(OS.LINUX)
class SillyRenameTest {
  private static final int ROUNDS = 50;

  @TempDir
  Path folder;
  private Path root;
  private MountedDisk disk;
  private FileService files;

  /** A clock that advances each time it is read. */
  private volatile long step = Duration.ofSeconds(1).toNanos();

  private final AtomicLong time = new AtomicLong();
  private final AtomicLong checks = new AtomicLong();

  private void start(MountedDisk.Kind kind) throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    disk = MountedDisk.mount(kind, root, folder);
    files =
        new FileService(
            new DownloadRoots(
                List.of(DownloadRoot.of("k", root), DownloadRoot.of("inner", root.resolve("d")))),
            8,
            new Stats(),
            () -> {
              checks.incrementAndGet();
              return time.addAndGet(step);
            });
  }

  @AfterEach
  void stop() throws IOException {
    if (files != null) {
      files.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  private FileLocation location(String path) throws OperationFailure {
    return files.location("k", SafePath.of(path));
  }

  private void write(String path, int value) throws OperationFailure {
    files.write(location(path), true, ByteBuffer.wrap(new byte[] {(byte) value}), 0);
  }

  private int read(OpenFile file) throws OperationFailure {
    ByteBuffer one = ByteBuffer.allocate(1);
    file.read(one, 0);
    return one.get(0);
  }

  private int read(String path) throws OperationFailure {
    try (OpenFile file = files.openForReading(location(path))) {
      return read(file);
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> !path.equals(root))
          .map(path -> root.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTreeJustWrittenAndReadCanBeDeleted(MountedDisk.Kind kind) throws Exception {
    start(kind);
    for (int i = 0; i < ROUNDS; i++) {
      write("t/u/v", i);
      write("t/w", i);
      assertThat(read("t/w")).isEqualTo(i);
      files.folders().delete(location("t"));
      assertThat(names()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileJustWrittenAndReadCanBeDeletedOrReplaced(MountedDisk.Kind kind) throws Exception {
    start(kind);
    for (int i = 0; i < ROUNDS; i++) {
      write("d/f", i);
      write("d/g", i + 1);
      assertThat(read("d/g")).isEqualTo(i + 1);
      files.folders().rename(location("d/g"), location("d/f"), () -> {});
      assertThat(names()).containsExactly("d", "d/f");
      assertThat(read("d/f")).isEqualTo(i + 1);
      files.folders().delete(location("d/f"));
      assertThat(names()).containsExactly("d");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileOpenUnderAnyNameIsClosed(MountedDisk.Kind kind) throws Exception {
    start(kind);
    Files.createDirectory(root.resolve("d"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("d"));
    write("link/f", 1);
    FileLocation inner = files.location("inner", SafePath.of("g"));
    files.write(inner, true, ByteBuffer.wrap(new byte[1]), 0);
    files.folders().delete(location("d"));
    assertThat(names()).containsExactly("link");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TMPFS")
  void filesInUseAreWaitedFor(MountedDisk.Kind kind) throws Exception {
    start(kind);
    write("t/f", 1);
    write("t/g", 2);
    step = 0;
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> replaced;
      try (OpenFile used = files.openForReading(location("t/f"))) {
        replaced =
            threads.submit(
                () -> {
                  files.folders().rename(location("t/g"), location("t/f"), () -> {});
                  return null;
                });
        TestDaemon.await("several attempts", () -> checks.get() > 5);
        assertThat(names()).containsExactly("t", "t/f", "t/g");
        assertThat(read(used)).isEqualTo(1);
      }
      replaced.get();
      assertThat(names()).containsExactly("t", "t/f");
      assertThat(read("t/f")).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TMPFS")
  void filesThatStayInUseStayIntact(MountedDisk.Kind kind) throws Exception {
    start(kind);
    write("t/e", 0);
    write("t/f", 1);
    write("g", 2);
    List<String> before = names();
    try (OpenFile used = files.openForReading(location("t/f"))) {
      files.folders().rename(location("t"), location("moved"), () -> {});
      files.folders().rename(location("moved"), location("t"), () -> {});
      assertBusy(() -> files.folders().delete(location("t/f")));
      assertBusy(() -> files.folders().delete(location("t")));
      assertBusy(() -> files.folders().rename(location("g"), location("t/f"), () -> {}));
      assertThat(names()).isEqualTo(before);
      assertThat(read(used)).isEqualTo(1);
    }
    files.folders().delete(location("t"));
    assertThat(names()).containsExactly("g");
  }

  private interface Attempt {
    void run() throws OperationFailure;
  }

  private static void assertBusy(Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(OperationFailure.class)
        .hasMessageContaining("in use")
        .satisfies(e -> assertThat(((OperationFailure) e).code()).isEqualTo(FailureCode.EBUSY));
  }

  @ParameterizedTest
  @EnumSource
  void aFileOpenedDuringADeleteLeavesNoSillyRename(MountedDisk.Kind kind) throws Exception {
    start(kind);
    step = 0;
    AtomicBoolean over = new AtomicBoolean();
    Set<FailureCode> refused = EnumSet.noneOf(FailureCode.class);
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> reader =
          threads.submit(
              () -> {
                while (!over.get()) {
                  try {
                    read("t/u/f");
                  } catch (OperationFailure e) {
                    refused.add(e.code());
                  }
                }
                return null;
              });
      try {
        for (int i = 0; i < ROUNDS && !reader.isDone(); i++) {
          write("t/u/f", i);
          files.folders().delete(location("t"));
        }
      } finally {
        over.set(true);
      }
      reader.get();
    }
    assertThat(names()).isEmpty();
    assertThat(refused).isSubsetOf(FailureCode.ENOENT);
  }
}

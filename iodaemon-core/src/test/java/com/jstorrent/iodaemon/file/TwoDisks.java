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
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;

/** A root with another disk mounted on a folder of it, and the services on both. */
final class TwoDisks implements AutoCloseable {
  private final Path folder;
  private final Path root;
  private final Path other;
  private final FileService files;
  private final AtomicInteger renamed = new AtomicInteger();

  /** A clock that advances each time it is read. */
  private volatile long step = Duration.ofSeconds(1).toNanos();

  private final AtomicLong time = new AtomicLong();
  private final AtomicLong checks = new AtomicLong();
  private @Nullable MountedDisk disk;

  /**
   * @param folder an empty folder, for the root and for the backing files of the other disk
   */
  TwoDisks(Path folder) throws IOException {
    this.folder = folder;
    root = Files.createDirectory(folder.resolve("root"));
    other = Files.createDirectory(root.resolve("other"));
    files =
        new FileService(
            new DownloadRoots(List.of(DownloadRoot.of("k", root))),
            8,
            new Stats(),
            () -> {
              checks.incrementAndGet();
              return time.addAndGet(step);
            });
  }

  /** Mounts the other disk, or skips the test. */
  MountedDisk mount(MountedDisk.Kind kind) {
    MountedDisk mounted = MountedDisk.mount(kind, other, folder);
    disk = mounted;
    return mounted;
  }

  Path root() {
    return root;
  }

  /** The mount point of the other disk. */
  Path other() {
    return other;
  }

  FileService files() {
    return files;
  }

  FileLocation location(String path) throws OperationFailure {
    return files.location("k", SafePath.of(path));
  }

  void write(String path, byte... bytes) throws OperationFailure {
    files.write(location(path), true, ByteBuffer.wrap(bytes), 0);
  }

  void rename(String path, String to) throws OperationFailure {
    files.folders().rename(location(path), location(to), renamed::incrementAndGet);
  }

  /** How many renames have run their {@code whenDone}. */
  int renamed() {
    return renamed.get();
  }

  /** Stops the clock, so that waits do not end. */
  void stopClock() {
    step = 0;
  }

  /** Waits until code waits: it reads the clock again and again, which jobs do three times each. */
  void awaitWaiting(String what) {
    long before = checks.get();
    TestDaemon.await(what, () -> checks.get() > before + 20);
  }

  /** All files with their content, and links with their targets. */
  Map<String, Object> all() throws IOException {
    Map<String, Object> all = new TreeMap<>();
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(root)) {
      paths = walk.toList();
    }
    for (Path path : paths) {
      Object content =
          Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
              ? "folder"
              : Files.isSymbolicLink(path)
                  ? Files.readSymbolicLink(path)
              : Files.isRegularFile(path)
                  ? DigestUtils.sha1Hex(Files.readAllBytes(path))
              : "other";
      all.put(root.relativize(path).toString(), content);
    }
    return all;
  }

  interface Attempt {
    void run() throws OperationFailure;
  }

  static void assertFails(FailureCode code, Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(OperationFailure.class)
        .satisfies(
            e -> assertThat(((OperationFailure) e).code()).as(e.getMessage()).isEqualTo(code));
  }

  /** Asserts that an attempt fails and changes nothing. */
  void assertLeavesAll(FailureCode code, Attempt attempt) throws IOException {
    Map<String, Object> before = all();
    int renamedBefore = renamed.get();
    assertFails(code, attempt);
    assertThat(all()).isEqualTo(before);
    assertThat(renamed).hasValue(renamedBefore);
  }

  @Override
  public void close() throws IOException {
    files.close();
    if (disk != null) {
      disk.close();
    }
  }
}

package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * PROTOCOL.md § 6, while one name is repeatedly swapped between files, links inside the root and
 * links out of it: operations inside succeed, all others are refused.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "folders are not held by descriptor there")
class LinkRaceTest {
  private static final int TIMES = 3000;
  private static final String INSIDE = "i".repeat(10);
  private static final String SECRET = "s".repeat(1000);
  private static final Set<FailureCode> HARMLESS =
      Set.of(FailureCode.ENOENT, FailureCode.EACCES, FailureCode.ENOTDIR, FailureCode.EISDIR);

  @TempDir
  Path folder;
  private Path root;
  private Path outside;
  private FileService files;
  private Thread swapper;
  private volatile Throwable swapperFailure;
  private final AtomicBoolean over = new AtomicBoolean();
  private final Set<FailureCode> failures = EnumSet.noneOf(FailureCode.class);
  private int successes;

  @BeforeEach
  void start() throws Exception {
    root = Files.createDirectory(folder.toRealPath().resolve("root"));
    outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(Files.createDirectory(root.resolve("in")).resolve("f"), INSIDE);
    Files.writeString(outside.resolve("f"), SECRET);
    Files.createSymbolicLink(root.resolve("chain"), Path.of("link"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("in/f"));
    Files.createSymbolicLink(root.resolve("way"), Path.of("in"));
    files =
        new FileService(new DownloadRoots(List.of(DownloadRoot.of("k", root))), 2, new Stats());
    swapper =
        Thread.ofPlatform()
            .name("swapper")
            .uncaughtExceptionHandler((thread, thrown) -> swapperFailure = thrown)
            .start(this::swap);
  }

  @AfterEach
  void stop() throws Exception {
    over.set(true);
    swapper.join();
    files.close();
    assertThat(swapperFailure).isNull();
    assertThat(outside.resolve("f")).hasContent(SECRET);
    try (var entries = Files.list(outside)) {
      assertThat(entries).hasSize(1);
    }
  }

  /** Puts each into place atomically. */
  private void swap() {
    Path spare = folder.resolve("spare");
    Path link = root.resolve("link");
    Path way = root.resolve("way");
    try {
      while (!over.get()) {
        for (Path target : List.of(root.resolve("in/f"), outside.resolve("f"), Path.of("in/f"))) {
          put(Files.createSymbolicLink(spare, target), link);
        }
        put(Files.writeString(spare, INSIDE), link);
        put(Files.createSymbolicLink(spare, Path.of("../outside/f")), link);
        for (Path target : List.of(Path.of("in"), outside, root.resolve("in"), Path.of("."))) {
          put(Files.createSymbolicLink(spare, target), way);
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void put(Path what, Path where) throws IOException {
    Files.move(
        what, where, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private interface Attempt {
    void run() throws OperationFailure, IOException;
  }

  private void race(Attempt attempt) throws IOException {
    successes = 0;
    failures.clear();
    for (int i = 0; i < TIMES || successes == 0 || failures.isEmpty(); i++) {
      assertThat(swapperFailure).isNull();
      try {
        attempt.run();
        successes++;
      } catch (OperationFailure e) {
        assertThat(e.code()).as(e.getMessage()).isIn(HARMLESS);
        failures.add(e.code());
      }
    }
  }

  private FileLocation location(String path) throws OperationFailure {
    return files.location("k", SafePath.of(path));
  }

  private void assertInsideIsRead(String path) throws OperationFailure {
    ByteBuffer into = ByteBuffer.allocate(SECRET.length());
    try (OpenFile file = files.openForReading(location(path))) {
      file.read(into, 0);
    }
    for (byte b : into.array()) {
      assertThat(b).isNotEqualTo((byte) 's');
    }
  }

  @Test
  void nothingOutsideIsRead() throws Exception {
    race(() -> assertInsideIsRead("link"));
    race(() -> assertInsideIsRead("chain"));
    race(() -> assertInsideIsRead("way/f"));
  }

  @Test
  void nothingOutsideIsWritten() throws Exception {
    for (String path : List.of("link", "chain", "way/f")) {
      race(() -> files.write(location(path), false, ByteBuffer.wrap(new byte[] {'i'}), 0));
      race(() -> files.write(location(path), true, ByteBuffer.wrap(new byte[] {'i'}), 3));
    }
  }

  @Test
  void noFileIsCreatedOutside() throws Exception {
    race(() -> files.write(location("way/new"), true, ByteBuffer.wrap(new byte[] {'i'}), 0));
    assertThat(outside.resolve("new")).doesNotExist();
  }

  @Test
  void nothingOutsideIsTruncated() throws Exception {
    race(() -> files.truncate(location("link"), 5));
    race(() -> files.extend(location("way/f"), 20));
  }

  @Test
  void nothingOutsideIsExamined() throws Exception {
    for (String path : List.of("link", "chain", "way/f")) {
      race(
          () -> assertThat(files.folders().status(location(path)).size())
              .isNotEqualTo(SECRET.length()));
    }
  }

  @Test
  void theLinkItselfIsDeletedAndRenamed() throws Exception {
    for (int i = 0; i < TIMES; i++) {
      attempt(() -> files.folders().delete(location("link")));
      attempt(() -> files.folders().rename(location("link"), location("taken")));
      attempt(() -> files.folders().rename(location("way"), location("taken")));
    }
    assertThat(root.resolve("in/f")).hasContent(INSIDE);
    assertThat(Files.exists(root.resolve("taken"), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  private static void attempt(Attempt attempt) throws IOException {
    try {
      attempt.run();
    } catch (OperationFailure e) {
      assertThat(e.code()).as(e.getMessage()).isEqualTo(FailureCode.ENOENT);
    }
  }
}

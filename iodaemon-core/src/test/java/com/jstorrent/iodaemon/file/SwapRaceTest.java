package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 6, while a folder is repeatedly swapped for a link out of the root. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "folders are not held by descriptor there")
class SwapRaceTest {
  private static final int TIMES = 3000;

  /** A name and a text that exist outside the root only. */
  private static final String SECRET = "secret";

  private static final Set<FailureCode> HARMLESS =
      Set.of(
          FailureCode.ENOENT,
          FailureCode.EACCES,
          FailureCode.EISDIR,
          FailureCode.ENOTDIR,
          FailureCode.ENOTEMPTY);

  @TempDir
  Path folder;
  private Path root;
  private Path outside;
  private Map<String, String> before;
  private FileService files;
  private Swapper swapper;
  private final Set<FailureCode> failures = EnumSet.noneOf(FailureCode.class);
  private int successes;

  @BeforeEach
  void start() throws Exception {
    root = Files.createDirectory(folder.resolve("root"));
    outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("f"), SECRET.repeat(100));
    Files.writeString(outside.resolve(SECRET), SECRET);
    Files.createDirectory(outside.resolve("sub"));
    Files.writeString(outside.resolve("sub").resolve(SECRET), SECRET);
    before = contents();
    files =
        new FileService(
            new DownloadRoots(List.of(DownloadRoot.of("k", root))), 2, new Stats());
    swapper = new Swapper(root, outside, Files.createDirectory(folder.resolve("spare")));
  }

  @AfterEach
  void stop() throws Exception {
    swapper.end();
    files.close();
    assertThat(contents()).as("outside, without empty folders").isEqualTo(before);
    assertThat(swapper.turns()).as("number of swaps").isPositive();
  }

  /**
   * The files outside with their content. Folders are left out: Java has no mkdirat, so an empty
   * one may be created there.
   */
  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(outside)) {
      for (Path path : walk.filter(p -> !Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS))
          .toList()) {
        contents.put(path.toString(), Files.readString(path, StandardCharsets.ISO_8859_1));
      }
    }
    for (String kept : List.of("", "sub")) {
      assertThat(outside.resolve(kept)).isDirectory();
    }
    return contents;
  }

  private interface Attempt {
    void run() throws OperationFailure, IOException;
  }

  /** Repeats the attempt until some have succeeded and some have failed. */
  private void race(Attempt attempt) throws IOException {
    for (int i = 0; i < TIMES || successes == 0 || failures.isEmpty(); i++) {
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

  private FileLocation swapped(String path) throws OperationFailure {
    return location(Swapper.NAME + "/" + path);
  }

  private void write(FileLocation location, boolean create) throws OperationFailure {
    files.write(location, create, ByteBuffer.wrap(new byte[3]), 0);
  }

  @Test
  void nothingOutsideIsRead() throws Exception {
    race(
        () -> {
          ByteBuffer into = ByteBuffer.allocate(100);
          try (OpenFile file = files.openForReading(swapped("f"))) {
            assertThat(file.size()).isEqualTo(Swapper.INSIDE_BYTES);
            file.read(into, 0);
          }
          assertThat(into.array()).containsOnly(0);
        });
  }

  @Test
  void nothingOutsideIsWritten() throws Exception {
    race(() -> write(swapped("f"), false));
  }

  @Test
  void noFileIsCreatedOutside() throws Exception {
    race(() -> write(swapped("made/deeper/new"), true));
  }

  @Test
  void noFileIsCreatedDirectlyOutside() throws Exception {
    race(() -> write(swapped("new"), true));
    race(() -> write(swapped("absent"), false));
  }

  @Test
  void nothingOutsideIsListed() throws Exception {
    race(() -> assertThat(NamesIn.folder(files, location(Swapper.NAME))).doesNotContain(SECRET));
    race(() -> assertThat(NamesIn.folder(files, swapped("sub"))).isEmpty());
  }

  @Test
  void nothingOutsideIsExamined() throws Exception {
    race(
        () -> assertThat(files.folders().status(swapped("f")).size())
            .isEqualTo(Swapper.INSIDE_BYTES));
    race(
        () -> {
          files.folders().status(swapped(SECRET));
          throw new AssertionError("Such a file exists outside only.");
        });
  }

  @Test
  void noFileOutsideIsDeleted() throws Exception {
    race(() -> files.folders().delete(swapped("f")));
  }

  @Test
  void noFolderOutsideIsDeleted() throws Exception {
    race(() -> files.folders().delete(swapped("sub")));
  }

  @Test
  void aTreeIsDeletedButNotTheTargetOfALink() throws Exception {
    race(() -> files.folders().delete(location(Swapper.NAME)));
  }

  @Test
  void nothingOutsideIsTruncated() throws Exception {
    race(() -> files.truncate(swapped("f"), Swapper.INSIDE_BYTES));
    race(() -> files.extend(swapped("f"), 5));
  }

  @Test
  void nothingIsRenamedOutOfAFolderOutside() throws Exception {
    Path taken = root.resolve("taken");
    race(
        () -> {
          files.folders().rename(swapped("f"), location("taken"), () -> {});
          // The file outside is longer; the one inside may be being rewritten right now.
          assertThat(Files.size(taken)).isLessThanOrEqualTo(Swapper.INSIDE_BYTES);
        });
    successes = 0; // one of the next is needed, however slow the machine is
    race(() -> files.folders().rename(swapped("sub"), location("takenFolder"), () -> {}));
    assertThat(root.resolve("takenFolder")).isEmptyDirectory();
  }

  @Test
  void nothingIsRenamedIntoAFolderOutside() throws Exception {
    race(
        () -> {
          write(location("mine"), true);
          files.folders().rename(location("mine"), swapped("mine"), () -> {});
        });
    race(
        () -> {
          write(location("mine"), true);
          files.folders().rename(location("mine"), swapped("f"), () -> {});
        });
  }

  @Test
  void atMostEmptyFoldersAreCreatedOutside() throws Exception {
    race(() -> files.folders().ensure(swapped("made/deeper")));
  }
}

package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
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
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Renames to and from another disk while a folder on it is repeatedly swapped for a link out of the
 * root.
 */
@EnabledOnOs(OS.LINUX)
class CrossDeviceSwapTest {
  private static final int TIMES = 1000;
  private static final Set<FailureCode> HARMLESS =
      EnumSet.of(
          FailureCode.ENOENT,
          FailureCode.EACCES,
          FailureCode.EBUSY,
          FailureCode.EISDIR,
          FailureCode.ENOTDIR,
          FailureCode.ENOTEMPTY);

  @TempDir
  Path folder;
  private Path root;
  private Path outside;
  private MountedDisk disk;
  private FileService files;
  private Swapper swapper;
  private int successes;
  private int failures;

  @BeforeEach
  void start() throws Exception {
    root = Files.createDirectory(folder.resolve("root"));
    outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("f"), "secret");
    Files.createDirectory(outside.resolve("sub"));
    Files.writeString(outside.resolve("sub/secret"), "secret");
    disk =
        MountedDisk.mount(
            MountedDisk.Kind.TMPFS, Files.createDirectory(root.resolve("m")), folder);
    files = new FileService(new DownloadRoots(List.of(DownloadRoot.of("k", root))), 2, new Stats());
    swapper =
        new Swapper(disk.folder(), outside, Files.createDirectory(disk.folder().resolve("spare")));
  }

  @AfterEach
  void stop() throws Exception {
    if (swapper != null) {
      swapper.end();
      files.close();
    }
    if (disk != null) {
      disk.close();
    }
    assertThat(outside()).as("outside, without empty folders")
        .isEqualTo(Map.of("f", "secret", "sub/secret", "secret"));
  }

  private Map<String, String> outside() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(outside)) {
      for (Path path : walk.filter(each -> !Files.isDirectory(each)).toList()) {
        contents.put(outside.relativize(path).toString(), Files.readString(path));
      }
    }
    return contents;
  }

  private FileLocation location(String path) throws OperationFailure {
    return files.location("k", SafePath.of(path));
  }

  private void write(String path) throws OperationFailure {
    files.write(location(path), true, ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
  }

  /** Repeats the rename until some attempts have succeeded and some have failed. */
  private void race(String path, String to) throws OperationFailure {
    successes = 0;
    failures = 0;
    for (int i = 0; i < TIMES || successes == 0 || failures == 0; i++) {
      try {
        files.folders().rename(location(path), location(to), () -> {});
        successes++;
      } catch (OperationFailure e) {
        assertThat(e.code()).as(e.getMessage()).isIn(HARMLESS);
        failures++;
      }
      if (!Files.exists(root.resolve("src/f"))) {
        write("src/f");
      }
    }
  }

  @Test
  void aFileIsNotMovedOutOfTheRoot() throws Exception {
    write("src/f");
    race("src/f", "m/swapped/x");
    race("src/f", "m/swapped/f");
  }

  @Test
  void aFolderIsNotMovedOutOfTheRoot() throws Exception {
    write("src/f");
    race("src", "m/swapped/made/x");
  }

  @Test
  void aFileOutsideIsNotMovedIn() throws Exception {
    race("m/swapped/f", "taken");
    assertThat(root.resolve("taken")).hasSize(Swapper.INSIDE_BYTES);
  }

  @Test
  void aFolderOutsideIsNotMovedIn() throws Exception {
    race("m/swapped/sub", "taken");
    assertThat(root.resolve("taken")).isEmptyDirectory();
  }
}

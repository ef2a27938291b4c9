package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change during a copy are neither lost nor deleted. */
class TreeCopyTest {
  private static final TreeCopy.CancellationCheck GOES_ON = () -> {};

  @TempDir
  Path folder;
  private Path source;
  private Path target;

  @BeforeEach
  void make() throws IOException {
    folder = folder.toRealPath();
    source = Files.createDirectory(folder.resolve("source"));
    target = Files.createDirectory(folder.resolve("target"));
    Files.createDirectory(source.resolve("d"));
    Files.write(source.resolve("d/f"), Peer.bytes(1, 600_000));
    Files.write(source.resolve("d/g"), Peer.bytes(2, 10));
  }

  @Test
  void nobodyElseReadsACopyThatIsNotComplete() throws Exception {
    assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Files.setPosixFilePermissions(
        source.resolve("d/f"), PosixFilePermissions.fromString("rw-------"));
    Files.setPosixFilePermissions(source.resolve("d"),
        PosixFilePermissions.fromString("rwx------"));
    Files.setPosixFilePermissions(
        source.resolve("d/g"), PosixFilePermissions.fromString("rw-------"));
    Set<String> seen = new HashSet<>();
    TreeCopy copy =
        new TreeCopy(
            () -> {
              for (String each : List.of("d", "d/f", "d/g")) {
                Path made = target.resolve(each);
                if (Files.exists(made)) {
                  seen.add(permissions(made).substring("rwx".length()));
                }
              }
            });
    try (HeldFolder from = HeldFolder.open(source);
        HeldFolder to = HeldFolder.open(target)) {
      copy.copy(from, "d", to, "d");
    }
    assertThat(seen).containsOnly("------");
  }

  private static String permissions(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFileThatGrowsWhileItIsCopiedIsAFailure() throws Exception {
    TreeCopy copy =
        new TreeCopy(
            () -> {
              try {
                Files.write(source.resolve("d/f"), new byte[1], StandardOpenOption.APPEND);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try (HeldFolder from = HeldFolder.open(source);
        HeldFolder to = HeldFolder.open(target)) {
      assertThatThrownBy(() -> copy.copy(from, "d", to, "d"))
          .isInstanceOf(OperationFailure.class)
          .satisfies(e -> assertThat(((OperationFailure) e).code()).isEqualTo(FailureCode.EBUSY));
    }
  }

  /** Such a file is gone, and the others must go all the same. */
  @Test
  void filesThatAnotherProgramDeletesMeanwhileAreNoHindrance() throws Exception {
    Path many = source.resolve("d");
    for (int i = 0; i < 2000; i++) {
      Files.createFile(many.resolve("n" + i));
    }
    TreeCopy copy = new TreeCopy(GOES_ON);
    try (HeldFolder from = HeldFolder.open(source);
        HeldFolder to = HeldFolder.open(target)) {
      copy.copy(from, "d", to, "d");
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 2000; i++) {
                      many.resolve("n" + i * 7 % 2000).toFile().delete();
                    }
                  });
      assertThat(copy.remove(from, "d")).isTrue();
      other.join();
    }
    assertThat(many).doesNotExist();
  }

  @Test
  void filesChangedOrAddedAfterTheCopyAreNotDeleted() throws Exception {
    TreeCopy copy = new TreeCopy(GOES_ON);
    try (HeldFolder from = HeldFolder.open(source);
        HeldFolder to = HeldFolder.open(target)) {
      copy.copy(from, "d", to, "e");
      Files.write(source.resolve("d/g"), new byte[11]);
      Files.createDirectory(source.resolve("d/in"));
      Files.createFile(source.resolve("d/in/new"));
      assertThat(copy.remove(from, "d")).isFalse();
    }
    assertThat(source.resolve("d/f")).doesNotExist();
    assertThat(source.resolve("d/g")).hasSize(11);
    assertThat(source.resolve("d/in/new")).isEmptyFile();
    assertThat(target.resolve("e/f")).hasBinaryContent(Peer.bytes(1, 600_000));
    assertThat(target.resolve("e/g")).hasBinaryContent(Peer.bytes(2, 10));
  }

  @Test
  void namesThatCollideOnTheOtherDiskAreAFailure() throws Exception {
    try (FileSystem windows = Jimfs.newFileSystem(
        Configuration.windows()
            .toBuilder()
            .setSupportedFeatures(Feature.SECURE_DIRECTORY_STREAM)
            .build())) {
      Files.createFile(source.resolve("d/G"));
      Path there = Files.createDirectory(windows.getPath("C:\\there"));
      try (HeldFolder from = HeldFolder.open(source);
          HeldFolder to = HeldFolder.open(there)) {
        assertThatThrownBy(() -> new TreeCopy(GOES_ON).copy(from, "d", to, "d"))
            .isInstanceOf(OperationFailure.class)
            .hasMessageContaining("capital")
            .satisfies(e -> assertThat(((OperationFailure) e).code()).isEqualTo(FailureCode.EXDEV));
      }
    }
  }
}

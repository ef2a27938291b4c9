package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import com.google.common.jimfs.PathNormalization;
import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROTOCOL.md § 5.1: deletes and renames in unusual cases, and while other requests run. */
class NameOperationsTest {
  private static final int ROUNDS = 300;
  private static final int FILES = 20;

  @TempDir
  Path folder;
  private FileService files;

  @BeforeEach
  void start() {
    files =
        new FileService(
            new DownloadRoots(List.of(DownloadRoot.of("k", folder))), 8, new Stats());
  }

  @AfterEach
  void stop() {
    files.close();
  }

  private FileLocation location(String path) throws OperationFailure {
    return files.location("k", SafePath.of(path));
  }

  private void write(String path) throws OperationFailure {
    files.write(location(path), true, ByteBuffer.wrap(new byte[] {1}), 0);
  }

  private void rename(String from, String to) throws OperationFailure {
    files.folders().rename(location(from), location(to), () -> {});
  }

  @Test
  void aFileThatIsMadeWhileItsFolderIsRenamedIsInOneOfTheTwo() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Path before = Files.createDirectory(folder.resolve("before" + round));
      String after = "after" + round;
      CyclicBarrier begin = new CyclicBarrier(2);
      Thread renaming =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      begin.await();
                      rename(before.getFileName().toString(), after);
                    } catch (Exception e) {
                      throw new AssertionError(e);
                    }
                  });
      begin.await();
      write(before.getFileName() + "/x");
      renaming.join();
      assertThat(Files.exists(before.resolve("x")))
          .as("round %d: in the new folder of the old name", round)
          .isNotEqualTo(Files.exists(folder.resolve(after).resolve("x")));
    }
  }

  @Test
  void whatCanBeDeletedIsDeletedBesideWhatCannot() throws Exception {
    Path content = Files.createDirectory(folder.resolve("d"));
    for (int i = 0; i < FILES; i++) {
      Files.createFile(content.resolve("f" + i));
    }
    Path deep = content.resolve("deep");
    for (int i = 0; i <= FolderService.MAX_LEVELS; i++) {
      deep = deep.resolve("d");
    }
    Files.createDirectories(deep);
    assertThatThrownBy(() -> files.folders().delete(location("d")))
        .hasMessageContaining("nested more than");
    assertThat(content).isDirectoryContaining("glob:**deep");
    assertThat(content.toFile().list()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"foo, FOO", "folder/foo, FOLDER/foo"})
  void aFileKeepsItsOnlyNameOnADiskThatIgnoresCase(String from, String to) throws Exception {
    Configuration ignoringCase =
        Configuration.unix()
            .toBuilder()
            .setNameCanonicalNormalization(PathNormalization.CASE_FOLD_ASCII)
            .setWorkingDirectory("/")
            .build();
    try (FileSystem disk = Jimfs.newFileSystem(ignoringCase)) {
      Path root = Files.createDirectory(disk.getPath("/root"));
      Files.createDirectory(root.resolve("folder"));
      Files.writeString(root.resolve(from), "content");
      try (FileService there =
          new FileService(
              new DownloadRoots(List.of(DownloadRoot.of("k", root))), 8, new Stats())) {
        there.folders()
            .rename(
                there.location("k", SafePath.of(from)),
                there.location("k", SafePath.of(to)),
                () -> {});
      }
      assertThat(Files.readString(root.resolve(to))).isEqualTo("content");
    }
  }

  @Test
  void renamingToAnotherNameOfTheSameFileLeavesThatNameOnly() throws Exception {
    Files.writeString(folder.resolve("a"), "content");
    Files.createLink(folder.resolve("b"), folder.resolve("a"));
    rename("a", "b");
    assertThat(folder.resolve("a")).doesNotExist();
    assertThat(folder.resolve("b")).hasContent("content");
    rename("b", "b");
    assertThat(folder.resolve("b")).hasContent("content");
  }
}

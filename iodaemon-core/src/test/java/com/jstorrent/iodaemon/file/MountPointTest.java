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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Folders below a root on which another disk is mounted. */
@EnabledOnOs(OS.LINUX)
class MountPointTest {
  @TempDir
  Path folder;
  private Path root;
  private Path mounted;
  private FileService files;

  @BeforeEach
  void start() throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    mounted = Files.createDirectories(root.resolve("d/m"));
    files = new FileService(new DownloadRoots(List.of(DownloadRoot.of("k", root))), 8, new Stats());
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

  private void rename(String path, String to) throws OperationFailure {
    files.folders().rename(location(path), location(to), () -> {});
  }

  private interface Attempt {
    void run() throws OperationFailure;
  }

  private static void assertFails(FailureCode code, String words, Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(OperationFailure.class)
        .hasMessageContaining(words)
        .satisfies(e -> assertThat(((OperationFailure) e).code()).isEqualTo(code));
  }

  private static void assertInUse(Attempt attempt) {
    assertFails(FailureCode.EACCES, "mount", attempt);
  }

  @Test
  void aMountPointIsNeitherDeletedNorRenamedAndKeepsItsContent() throws Exception {
    try (MountedDisk disk = MountedDisk.mount(MountedDisk.Kind.TMPFS, mounted, folder)) {
      write("d/m/f");
      write("d/m/in/f");
      Files.createDirectory(root.resolve("other"));
      assertInUse(() -> files.folders().delete(location("d/m")));
      assertInUse(() -> files.folders().delete(location("d")));
      assertInUse(() -> rename("d/m", "n"));
      assertInUse(() -> rename("other", "d/m"));
      assertThat(disk.folder().resolve("f")).hasBinaryContent(new byte[] {1});
      assertThat(disk.folder().resolve("in/f")).hasBinaryContent(new byte[] {1});
      rename("d", "e"); // the mount point moves with it
      assertThat(root.resolve("e/m/f")).exists();
      rename("e", "d");
    }
    files.folders().delete(location("d"));
    assertThat(root.resolve("d")).doesNotExist();
  }

  @Test
  void aDiskWhoseProcessHasEndedIsReportedAsNotConnected() throws Exception {
    Path backing = Files.createDirectory(folder.resolve("backing"));
    Process process;
    try {
      process =
          new ProcessBuilder("bindfs", "-f", backing.toString(), mounted.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      MountedDisk.skip("bindfs", e);
      throw e;
    }
    try {
      Object before = Files.getFileStore(root).name();
      TestDaemon.await(
          "the disk is mounted, or cannot be",
          () -> {
            try {
              return !process.isAlive() || !Files.getFileStore(mounted).name().equals(before);
            } catch (IOException e) {
              return false;
            }
          });
      if (!process.isAlive()) {
        MountedDisk.skip(
            "bindfs", new IOException(new String(process.getInputStream().readAllBytes())));
      }
      write("d/m/f");
      FileLocation file = location("d/m/f");
      try (OpenFile open = files.openForReading(file)) {
        process.destroyForcibly().waitFor();
        assertNotConnected(() -> open.read(ByteBuffer.allocate(1), 0));
      }
      assertNotConnected(() -> files.openForReading(file));
      assertNotConnected(() -> write("d/m/f"));
      assertNotConnected(() -> write("d/m/new/f"));
      assertNotConnected(() -> files.flush(file));
      assertNotConnected(() -> files.truncate(file, 0));
      assertNotConnected(() -> files.folders().status(file));
      assertNotConnected(() -> NamesIn.folder(files, location("d/m")));
      assertNotConnected(() -> files.folders().ensure(location("d/m/new")));
      assertNotConnected(() -> files.folders().delete(file));
      assertInUse(() -> files.folders().delete(location("d")));
      assertNotConnected(() -> rename("d/m/f", "f"));
      assertThat(NamesIn.folder(files, location("d"))).containsExactly("m");
    } finally {
      process.destroyForcibly();
      MountedDisk.run("umount", "-l", mounted.toString());
    }
    assertThat(backing.resolve("f")).hasBinaryContent(new byte[] {1});
  }

  private static void assertNotConnected(Attempt attempt) {
    assertFails(FailureCode.ENOENT, "connected", attempt);
  }
}

package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Renames to another disk that are refused change nothing. */
@EnabledOnOs(OS.LINUX)
class CrossDeviceRefusalTest {
  private static final int MIB = 1 << 20;

  @TempDir
  Path folder;
  private TwoDisks disks;

  @BeforeEach
  void start() throws IOException {
    disks = new TwoDisks(folder);
  }

  @AfterEach
  void stop() throws IOException {
    disks.close();
  }

  @Test
  void aFullDiskLeavesEverythingAsItWas() throws Exception {
    disks.mount(MountedDisk.Kind.TMPFS);
    disks.write("big", Peer.bytes(1, 12 * MIB));
    disks.write("dir/small", (byte) 1);
    disks.write("dir/deep/big", Peer.bytes(2, 12 * MIB));
    disks.write("other/old", (byte) 2);
    Files.createDirectory(disks.other().resolve("empty"));
    disks.assertLeavesAll(FailureCode.ENOSPC, () -> disks.rename("big", "other/old"));
    disks.assertLeavesAll(FailureCode.ENOSPC, () -> disks.rename("big", "other/new"));
    disks.assertLeavesAll(FailureCode.ENOSPC, () -> disks.rename("dir", "other/empty"));
    disks.assertLeavesAll(FailureCode.ENOSPC, () -> disks.rename("dir", "other/new"));
  }

  @Test
  void whatARenameRefusesIsRefusedBeforeAnythingIsCopied() throws Exception {
    disks.mount(MountedDisk.Kind.TMPFS);
    disks.write("f", (byte) 1);
    disks.write("dir/x", (byte) 2);
    disks.write("other/g", (byte) 3);
    disks.write("other/full/x", (byte) 4);
    disks.assertLeavesAll(FailureCode.ENOENT, () -> disks.rename("none", "other/x"));
    disks.assertLeavesAll(FailureCode.EISDIR, () -> disks.rename("f", "other/full"));
    disks.assertLeavesAll(FailureCode.ENOTDIR, () -> disks.rename("dir", "other/g"));
    disks.assertLeavesAll(FailureCode.ENOTEMPTY, () -> disks.rename("dir", "other/full"));
    disks.assertLeavesAll(FailureCode.ENOTDIR, () -> disks.rename("f", "other/g/x"));
  }

  @Test
  void linksAndPipesAreNotMoved() throws Exception {
    disks.mount(MountedDisk.Kind.TMPFS);
    Files.createSymbolicLink(disks.root().resolve("link"), Path.of("/etc/passwd"));
    Files.createDirectories(disks.root().resolve("dir/in"));
    disks.write("dir/f", (byte) 1);
    Files.createSymbolicLink(disks.root().resolve("dir/in/link"), Path.of("../f"));
    MountedDisk.run("mkfifo", disks.root().resolve("pipe").toString());
    disks.assertLeavesAll(FailureCode.EXDEV, () -> disks.rename("link", "other/link"));
    disks.assertLeavesAll(FailureCode.EXDEV, () -> disks.rename("dir", "other/dir"));
    disks.assertLeavesAll(FailureCode.EXDEV, () -> disks.rename("pipe", "other/pipe"));
  }

  @Test
  void nothingIsMovedToOrFromAReadOnlyDisk() throws Exception {
    MountedDisk disk = disks.mount(MountedDisk.Kind.TMPFS);
    disks.write("other/f", (byte) 1);
    disks.write("other/d/f", (byte) 1);
    disks.write("g", (byte) 2);
    disks.rename("other/f", "other/e"); // closes the daemon's descriptors, which would keep the disk busy
    disks.rename("other/d", "other/c");
    disk.readOnly();
    disks.assertLeavesAll(FailureCode.EACCES, () -> disks.rename("other/e", "e"));
    disks.assertLeavesAll(FailureCode.EACCES, () -> disks.rename("other/c", "c"));
    disks.assertLeavesAll(FailureCode.EACCES, () -> disks.rename("g", "other/e"));
    disks.assertLeavesAll(FailureCode.EACCES, () -> disks.rename("g", "other/g"));
  }

  @Test
  void aFolderIsNotMovedIntoItselfThroughAnotherMount() throws Exception {
    Files.createDirectories(disks.root().resolve("a/in"));
    disks.write("a/f", (byte) 1);
    try {
      MountedDisk.run("mount", "--bind", disks.root().resolve("a").toString(),
          disks.other().toString());
    } catch (IOException e) {
      MountedDisk.skip("bind", e);
    }
    try {
      disks.assertLeavesAll(FailureCode.EINVAL, () -> disks.rename("a", "other/x"));
      disks.assertLeavesAll(FailureCode.EINVAL, () -> disks.rename("a", "other/in/x"));
      disks.write("b/f", (byte) 2);
      disks.rename("b", "other/b");
      assertThat(disks.root().resolve("a/b/f")).hasBinaryContent(new byte[] {2});
    } finally {
      MountedDisk.run("umount", "-l", disks.other().toString());
    }
  }

  @Test
  void aMoveDoesNotInterruptAWriter() throws Exception {
    disks.mount(MountedDisk.Kind.TMPFS);
    disks.write("d/f", (byte) 1);
    try (OpenFile writer = disks.files().openForWriting(disks.location("d/f"), false)) {
      disks.assertLeavesAll(FailureCode.EBUSY, () -> disks.rename("d", "other/d"));
      writer.write(ByteBuffer.wrap(new byte[] {2}), 0);
    }
    disks.rename("d", "other/d");
    assertThat(disks.other().resolve("d/f")).hasBinaryContent(new byte[] {2});
  }

  @Test
  void closingTheDaemonRollsTheMoveBack() throws Exception {
    disks.mount(MountedDisk.Kind.TMPFS);
    disks.write("d/f", (byte) 1);
    disks.write("other/d", (byte) 2);
    Map<String, Object> before = disks.all();
    disks.stopClock();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> moved;
      try (OpenFile writer = disks.files().openForWriting(disks.location("d/f"), false)) {
        assertThat(writer.size()).isEqualTo(1);
        moved =
            threads.submit(() -> TwoDisks.assertFails(FailureCode.EBUSY,
                () -> disks.rename("d/f", "other/d")));
        disks.awaitWaiting("it waits for the writer");
        disks.files().cancel();
      }
      moved.get();
    }
    assertThat(disks.all()).isEqualTo(before);
    disks.assertLeavesAll(FailureCode.EBUSY, () -> disks.rename("d", "other/e"));
  }

  @Test
  void aFileInUseIsNotReplacedWhereThatLeavesASillyRename() throws Exception {
    disks.mount(MountedDisk.Kind.BINDFS);
    disks.write("f", (byte) 1);
    disks.write("other/f", (byte) 2);
    try (OpenFile used = disks.files().openForReading(disks.location("other/f"))) {
      disks.assertLeavesAll(FailureCode.EBUSY, () -> disks.rename("f", "other/f"));
      assertThat(used.size()).isEqualTo(1);
    }
    disks.rename("f", "other/f");
    try (OpenFile used = disks.files().openForReading(disks.location("other/f"))) {
      assertThatThrownBy(() -> disks.rename("other/f", "f"))
          .hasMessageContaining("whole at its new place")
          .hasMessageContaining("in use");
      assertThat(used.size()).isEqualTo(1);
    }
    assertThat(disks.all().keySet()).containsExactly("", "f", "other", "other/f");
  }
}

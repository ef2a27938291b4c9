package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Renames from one disk to another below the same root lose nothing. */
@EnabledOnOs(OS.LINUX)
class CrossDeviceMoveTest {
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

  @ParameterizedTest
  @EnumSource
  void aFileIsMovedWithItsContentAndTime(MountedDisk.Kind kind) throws Exception {
    disks.mount(kind);
    byte[] data = Peer.bytes(1, 3 * MIB + 1);
    disks.write("f", data);
    FileTime modified = FileTime.fromMillis(1_600_000_000_000L);
    Files.setLastModifiedTime(disks.root().resolve("f"), modified);
    disks.write("other/deep/g", (byte) 1); // is replaced
    for (String[] way : new String[][] {{"f", "other/deep/g"}, {"other/deep/g", "h"}}) {
      disks.rename(way[0], way[1]);
      assertThat(disks.root().resolve(way[0])).doesNotExist();
      assertThat(disks.root().resolve(way[1])).hasBinaryContent(data);
      assertThat(Files.getLastModifiedTime(disks.root().resolve(way[1]))).isEqualTo(modified);
    }
    assertThat(disks.renamed()).isEqualTo(2);
    assertThat(disks.all().keySet()).containsExactly("", "h", "other", "other/deep");
  }

  @ParameterizedTest
  @EnumSource
  void aFolderIsMovedWithItsContent(MountedDisk.Kind kind) throws Exception {
    disks.mount(kind);
    Files.createDirectories(disks.root().resolve("dir/empty"));
    for (int i = 0; i < 20; i++) {
      disks.write("dir/in" + i % 3 + "/deep/" + i, Peer.bytes(i, 1000 * i));
    }
    Files.createFile(disks.root().resolve("dir/nothing"));
    Files.createDirectory(disks.root().resolve("other/target")); // is replaced, since it is empty
    disks.rename("dir", "other/target");
    disks.rename("other/target", "back");
    for (int i = 0; i < 20; i++) {
      assertThat(disks.root().resolve("back/in" + i % 3 + "/deep/" + i))
          .hasBinaryContent(Peer.bytes(i, 1000 * i));
    }
    assertThat(disks.root().resolve("back/empty")).isEmptyDirectory();
    assertThat(disks.root().resolve("back/nothing")).isEmptyFile();
    assertThat(disks.root().resolve("dir")).doesNotExist();
    assertThat(disks.other()).isEmptyDirectory();
  }

  @Test
  void namesThatAreNotUtf8ArePreserved() throws Exception {
    disks.mount(MountedDisk.Kind.TMPFS);
    String name = "\uefff\uef80.mkv";
    disks.write("d/" + name + "/" + name, (byte) 1);
    disks.rename("d/" + name, "other/" + name);
    assertThat(NamesIn.folder(disks.files(), disks.location("d"))).isEmpty();
    assertThat(NamesIn.folder(disks.files(), disks.location("other"))).containsExactly(name);
    assertThat(disks.files().folders().status(disks.location("other/" + name + "/" + name)).size())
        .isEqualTo(1);
    disks.rename("other/" + name + "/" + name, "f");
    assertThat(disks.root().resolve("f")).hasBinaryContent(new byte[] {1});
  }

  @Test
  void permissionsArePreserved() throws Exception {
    disks.mount(MountedDisk.Kind.TMPFS);
    disks.write("d/f", (byte) 1);
    Files.setPosixFilePermissions(
        disks.root().resolve("d/f"), PosixFilePermissions.fromString("r--r-x--x"));
    Files.setPosixFilePermissions(disks.root().resolve("d"),
        PosixFilePermissions.fromString("rwx--x---"));
    disks.rename("d", "other/d");
    assertThat(
        PosixFilePermissions.toString(Files.getPosixFilePermissions(disks.other().resolve("d/f"))))
        .isEqualTo("r--r-x--x");
    assertThat(
        PosixFilePermissions.toString(Files.getPosixFilePermissions(disks.other().resolve("d"))))
        .isEqualTo("rwx--x---");
  }

  @Test
  void sparseFilesStaySparse() throws Exception {
    disks.mount(MountedDisk.Kind.TMPFS);
    try (FileChannel file =
        FileChannel.open(
            disks.root().resolve("f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {7}), 30L * MIB);
      file.write(ByteBuffer.wrap(new byte[] {0}), 64L * MIB - 1);
    }
    disks.rename("f", "other/f");
    assertThat(disks.other().resolve("f")).hasSize(64L * MIB);
    assertThat(Files.getFileStore(disks.other()).getUsableSpace()).isGreaterThan(7L * MIB);
    ByteBuffer one = ByteBuffer.allocate(1);
    try (OpenFile file = disks.files().openForReading(disks.location("other/f"))) {
      file.read(one, 30L * MIB);
    }
    assertThat(one.get(0)).isEqualTo((byte) 7);
  }

  @Test
  void aLinkAtTheTargetIsReplacedAndNotFollowed() throws Exception {
    disks.mount(MountedDisk.Kind.TMPFS);
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    Files.createSymbolicLink(disks.other().resolve("link"), secret);
    disks.write("f", (byte) 1);
    disks.rename("f", "other/link");
    assertThat(disks.other().resolve("link")).isRegularFile().hasBinaryContent(new byte[] {1});
    assertThat(Files.isSymbolicLink(disks.other().resolve("link"))).isFalse();
    assertThat(secret).hasContent("secret");
  }

  @Test
  void aDiskMountedInTheFolderKeepsItsContent() throws Exception {
    disks.mount(MountedDisk.Kind.TMPFS);
    Path inner = Files.createDirectories(disks.root().resolve("d/inner"));
    try (MountedDisk second = MountedDisk.mount(MountedDisk.Kind.TMPFS, inner, folder)) {
      disks.write("d/inner/f", (byte) 1);
      disks.write("d/g", (byte) 2);
      assertThatThrownBy(() -> disks.rename("d", "other/d"))
          .isInstanceOf(OperationFailure.class)
          .hasMessageContaining("whole at its new place")
          .hasMessageEndingWith(".");
      assertThat(second.folder().resolve("f")).hasBinaryContent(new byte[] {1});
      assertThat(disks.other().resolve("d/inner/f")).hasBinaryContent(new byte[] {1});
      assertThat(disks.other().resolve("d/g")).hasBinaryContent(new byte[] {2});
      assertThat(disks.renamed()).as("handles refer to the complete copy").isEqualTo(1);
    }
  }

  @Test
  void duringAMoveTheSourceCanBeReadButNotChanged() throws Exception {
    disks.mount(MountedDisk.Kind.TMPFS);
    disks.write("d/in/f", (byte) 1);
    disks.write("d/g", (byte) 2);
    disks.stopClock();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> moved;
      try (OpenFile writer = disks.files().openForWriting(disks.location("d/in/f"), false)) {
        moved =
            threads.submit(
                () -> {
                  disks.rename("d", "other/e/d");
                  return null;
                });
        disks.awaitWaiting("it waits for the writer");
        disks.assertLeavesAll(FailureCode.EBUSY, () -> disks.write("d/g", (byte) 3));
        disks.assertLeavesAll(FailureCode.EBUSY, () -> disks.write("d/new", (byte) 3));
        disks.assertLeavesAll(FailureCode.EBUSY,
            () -> disks.files().truncate(disks.location("d/in/f"), 0));
        disks.assertLeavesAll(FailureCode.EBUSY,
            () -> disks.files().folders().ensure(disks.location("d/in/new")));
        disks.assertLeavesAll(FailureCode.EBUSY,
            () -> disks.files().folders().delete(disks.location("d/g")));
        disks.assertLeavesAll(FailureCode.EBUSY,
            () -> disks.files().folders().delete(disks.location("d")));
        disks.assertLeavesAll(FailureCode.EBUSY,
            () -> disks.files().folders().delete(disks.location("other/e")));
        disks.assertLeavesAll(FailureCode.EBUSY, () -> disks.rename("d/g", "g"));
        disks.assertLeavesAll(FailureCode.EBUSY, () -> disks.rename("d", "x"));
        disks.assertLeavesAll(FailureCode.EBUSY, () -> disks.rename("other/e", "other/x"));
        ByteBuffer one = ByteBuffer.allocate(1);
        try (OpenFile reader = disks.files().openForReading(disks.location("d/g"))) {
          reader.read(one, 0);
        }
        assertThat(one.get(0)).isEqualTo((byte) 2);
        disks.write("elsewhere", (byte) 4);
        writer.write(ByteBuffer.wrap(new byte[] {5}), 0);
      }
      moved.get();
    }
    assertThat(disks.other().resolve("e/d/in/f")).as("what the writer wrote")
        .hasBinaryContent(new byte[] {5});
    disks.write("d/g", (byte) 6);
    assertThat(disks.root().resolve("d/g")).hasBinaryContent(new byte[] {6});
  }
}

package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Renames from one disk to another below the same root: nothing is lost, and nothing half done. */
@EnabledOnOs(OS.LINUX)
class CrossDeviceMoveTest {
  private static final int MIB = 1 << 20;

  @TempDir
  Path folder;
  private Path root;
  private Path other;
  private MountedDisk disk;
  private FileService files;
  private final AtomicInteger done = new AtomicInteger();

  /** Time goes on when it is looked at. */
  private volatile long step = Duration.ofSeconds(1).toNanos();

  private final AtomicLong time = new AtomicLong();
  private final AtomicLong looks = new AtomicLong();

  @BeforeEach
  void start() throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    other = Files.createDirectory(root.resolve("other"));
    files =
        new FileService(
            new DownloadRoots(List.of(DownloadRoot.of("k", root))),
            8,
            new Stats(),
            () -> {
              looks.incrementAndGet();
              return time.addAndGet(step);
            });
  }

  @AfterEach
  void stop() throws IOException {
    files.close();
    if (disk != null) {
      disk.close();
    }
  }

  private void mount(MountedDisk.Kind kind) {
    disk = MountedDisk.mount(kind, other, folder);
  }

  private FilePlace place(String path) throws OperationFailure {
    return files.place("k", SafePath.of(path));
  }

  private void write(String path, byte... bytes) throws OperationFailure {
    files.write(place(path), true, ByteBuffer.wrap(bytes), 0);
  }

  private void rename(String path, String to) throws OperationFailure {
    files.folders().rename(place(path), place(to), done::incrementAndGet);
  }

  /** Everything there is: what is in a file, and where a link leads. */
  private Map<String, Object> all() throws IOException {
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

  private interface Attempt {
    void run() throws OperationFailure;
  }

  private static void assertFails(FailureCode code, Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(OperationFailure.class)
        .satisfies(
            e -> assertThat(((OperationFailure) e).code()).as(e.getMessage()).isEqualTo(code));
  }

  /** A failure that leaves no trace. */
  private void assertLeavesAll(FailureCode code, Attempt attempt) throws IOException {
    Map<String, Object> before = all();
    int doneBefore = done.get();
    assertFails(code, attempt);
    assertThat(all()).isEqualTo(before);
    assertThat(done).hasValue(doneBefore);
  }

  @ParameterizedTest
  @EnumSource
  void aFileIsMovedWholeWithItsTime(MountedDisk.Kind kind) throws Exception {
    mount(kind);
    byte[] data = Peer.bytes(1, 3 * MIB + 1);
    write("f", data);
    FileTime modified = FileTime.fromMillis(1_600_000_000_000L);
    Files.setLastModifiedTime(root.resolve("f"), modified);
    write("other/deep/g", (byte) 1); // is replaced
    for (String[] way : new String[][] {{"f", "other/deep/g"}, {"other/deep/g", "h"}}) {
      rename(way[0], way[1]);
      assertThat(root.resolve(way[0])).doesNotExist();
      assertThat(root.resolve(way[1])).hasBinaryContent(data);
      assertThat(Files.getLastModifiedTime(root.resolve(way[1]))).isEqualTo(modified);
    }
    assertThat(done).hasValue(2);
    assertThat(all().keySet()).containsExactly("", "h", "other", "other/deep");
  }

  @ParameterizedTest
  @EnumSource
  void aFolderIsMovedWithAllThatIsInIt(MountedDisk.Kind kind) throws Exception {
    mount(kind);
    Files.createDirectories(root.resolve("dir/empty"));
    for (int i = 0; i < 20; i++) {
      write("dir/in" + i % 3 + "/deep/" + i, Peer.bytes(i, 1000 * i));
    }
    Files.createFile(root.resolve("dir/nothing"));
    Files.createDirectory(root.resolve("other/target")); // is replaced, since it is empty
    rename("dir", "other/target");
    rename("other/target", "back");
    for (int i = 0; i < 20; i++) {
      assertThat(root.resolve("back/in" + i % 3 + "/deep/" + i))
          .hasBinaryContent(Peer.bytes(i, 1000 * i));
    }
    assertThat(root.resolve("back/empty")).isEmptyDirectory();
    assertThat(root.resolve("back/nothing")).isEmptyFile();
    assertThat(root.resolve("dir")).doesNotExist();
    assertThat(other).isEmptyDirectory();
  }

  @Test
  void namesThatAreNotUtf8GoAlong() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    String name = "\uefff\uef80.mkv";
    write("d/" + name + "/" + name, (byte) 1);
    rename("d/" + name, "other/" + name);
    assertThat(files.folders().list(place("d"))).isEmpty();
    assertThat(files.folders().list(place("other"))).containsExactly(name);
    assertThat(files.folders().status(place("other/" + name + "/" + name)).size()).isEqualTo(1);
    rename("other/" + name + "/" + name, "f");
    assertThat(root.resolve("f")).hasBinaryContent(new byte[] {1});
  }

  @Test
  void rightsGoAlong() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    write("d/f", (byte) 1);
    Files.setPosixFilePermissions(
        root.resolve("d/f"), PosixFilePermissions.fromString("r--r-x--x"));
    Files.setPosixFilePermissions(root.resolve("d"), PosixFilePermissions.fromString("rwx--x---"));
    rename("d", "other/d");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other.resolve("d/f"))))
        .isEqualTo("r--r-x--x");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other.resolve("d"))))
        .isEqualTo("rwx--x---");
  }

  @Test
  void whatIsNotThereYetTakesNoRoom() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    try (FileChannel file =
        FileChannel.open(
            root.resolve("f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {7}), 30L * MIB);
      file.write(ByteBuffer.wrap(new byte[] {0}), 64L * MIB - 1);
    }
    rename("f", "other/f");
    assertThat(other.resolve("f")).hasSize(64L * MIB);
    assertThat(Files.getFileStore(other).getUsableSpace()).isGreaterThan(7L * MIB);
    ByteBuffer one = ByteBuffer.allocate(1);
    try (OpenFile file = files.openForReading(place("other/f"))) {
      file.read(one, 30L * MIB);
    }
    assertThat(one.get(0)).isEqualTo((byte) 7);
  }

  @Test
  void aFullDiskLeavesEverythingAsItWas() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    write("big", Peer.bytes(1, 12 * MIB));
    write("dir/small", (byte) 1);
    write("dir/deep/big", Peer.bytes(2, 12 * MIB));
    write("other/old", (byte) 2);
    Files.createDirectory(other.resolve("empty"));
    assertLeavesAll(FailureCode.ENOSPC, () -> rename("big", "other/old"));
    assertLeavesAll(FailureCode.ENOSPC, () -> rename("big", "other/new"));
    assertLeavesAll(FailureCode.ENOSPC, () -> rename("dir", "other/empty"));
    assertLeavesAll(FailureCode.ENOSPC, () -> rename("dir", "other/new"));
  }

  @Test
  void whatARenameRefusesIsRefusedBeforeAnythingIsCopied() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    write("f", (byte) 1);
    write("dir/x", (byte) 2);
    write("other/g", (byte) 3);
    write("other/full/x", (byte) 4);
    assertLeavesAll(FailureCode.ENOENT, () -> rename("none", "other/x"));
    assertLeavesAll(FailureCode.EISDIR, () -> rename("f", "other/full"));
    assertLeavesAll(FailureCode.ENOTDIR, () -> rename("dir", "other/g"));
    assertLeavesAll(FailureCode.ENOTEMPTY, () -> rename("dir", "other/full"));
    assertLeavesAll(FailureCode.ENOTDIR, () -> rename("f", "other/g/x"));
  }

  @Test
  void linksAndPipesStayWhereTheyAre() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    Files.createSymbolicLink(root.resolve("link"), Path.of("/etc/passwd"));
    Files.createDirectories(root.resolve("dir/in"));
    write("dir/f", (byte) 1);
    Files.createSymbolicLink(root.resolve("dir/in/link"), Path.of("../f"));
    MountedDisk.run("mkfifo", root.resolve("pipe").toString());
    assertLeavesAll(FailureCode.EXDEV, () -> rename("link", "other/link"));
    assertLeavesAll(FailureCode.EXDEV, () -> rename("dir", "other/dir"));
    assertLeavesAll(FailureCode.EXDEV, () -> rename("pipe", "other/pipe"));
  }

  @Test
  void aLinkThatHasTheNewNameIsReplacedAndNotFollowed() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    Files.createSymbolicLink(other.resolve("link"), secret);
    write("f", (byte) 1);
    rename("f", "other/link");
    assertThat(other.resolve("link")).isRegularFile().hasBinaryContent(new byte[] {1});
    assertThat(Files.isSymbolicLink(other.resolve("link"))).isFalse();
    assertThat(secret).hasContent("secret");
  }

  @Test
  void aDiskThatIsReadOnlyGetsNothingAndGivesNothing() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    write("other/f", (byte) 1);
    write("other/d/f", (byte) 1);
    write("g", (byte) 2);
    rename("other/f", "other/e"); // ends the daemon's hold, without which the disk would be busy
    rename("other/d", "other/c");
    disk.readOnly();
    assertLeavesAll(FailureCode.EACCES, () -> rename("other/e", "e"));
    assertLeavesAll(FailureCode.EACCES, () -> rename("other/c", "c"));
    assertLeavesAll(FailureCode.EACCES, () -> rename("g", "other/e"));
    assertLeavesAll(FailureCode.EACCES, () -> rename("g", "other/g"));
  }

  @Test
  void aFolderIsNotMovedIntoItselfByWayOfAnotherMount() throws Exception {
    Files.createDirectories(root.resolve("a/in"));
    write("a/f", (byte) 1);
    try {
      MountedDisk.run("mount", "--bind", root.resolve("a").toString(), other.toString());
    } catch (IOException e) {
      MountedDisk.skip("bind", e);
    }
    try {
      assertLeavesAll(FailureCode.EINVAL, () -> rename("a", "other/x"));
      assertLeavesAll(FailureCode.EINVAL, () -> rename("a", "other/in/x"));
      write("b/f", (byte) 2);
      rename("b", "other/b");
      assertThat(root.resolve("a/b/f")).hasBinaryContent(new byte[] {2});
    } finally {
      MountedDisk.run("umount", "-l", other.toString());
    }
  }

  @Test
  void aDiskThatIsMountedInTheFolderKeepsWhatIsInIt() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    Path inner = Files.createDirectories(root.resolve("d/inner"));
    try (MountedDisk second = MountedDisk.mount(MountedDisk.Kind.TMPFS, inner, folder)) {
      write("d/inner/f", (byte) 1);
      write("d/g", (byte) 2);
      assertThatThrownBy(() -> rename("d", "other/d"))
          .isInstanceOf(OperationFailure.class)
          .hasMessageContaining("whole at its new place")
          .hasMessageEndingWith(".");
      assertThat(second.folder().resolve("f")).hasBinaryContent(new byte[] {1});
      assertThat(other.resolve("d/inner/f")).hasBinaryContent(new byte[] {1});
      assertThat(other.resolve("d/g")).hasBinaryContent(new byte[] {2});
      assertThat(done).as("handles lead to what is whole").hasValue(1);
    }
  }

  @Test
  void untilItIsDoneWhatIsMovedIsReadButNotChanged() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    write("d/in/f", (byte) 1);
    write("d/g", (byte) 2);
    step = 0;
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> moved;
      try (OpenFile writer = files.openForWriting(place("d/in/f"), false)) {
        moved =
            threads.submit(
                () -> {
                  rename("d", "other/e/d");
                  return null;
                });
        TestDaemon.await("it waits for the writer", () -> looks.get() > 5);
        assertLeavesAll(FailureCode.EBUSY, () -> write("d/g", (byte) 3));
        assertLeavesAll(FailureCode.EBUSY, () -> write("d/new", (byte) 3));
        assertLeavesAll(FailureCode.EBUSY, () -> files.truncate(place("d/in/f"), 0));
        assertLeavesAll(FailureCode.EBUSY, () -> files.folders().ensure(place("d/in/new")));
        assertLeavesAll(FailureCode.EBUSY, () -> files.folders().delete(place("d/g")));
        assertLeavesAll(FailureCode.EBUSY, () -> files.folders().delete(place("d")));
        assertLeavesAll(FailureCode.EBUSY, () -> files.folders().delete(place("other/e")));
        assertLeavesAll(FailureCode.EBUSY, () -> rename("d/g", "g"));
        assertLeavesAll(FailureCode.EBUSY, () -> rename("d", "x"));
        assertLeavesAll(FailureCode.EBUSY, () -> rename("other/e", "other/x"));
        ByteBuffer one = ByteBuffer.allocate(1);
        try (OpenFile reader = files.openForReading(place("d/g"))) {
          reader.read(one, 0);
        }
        assertThat(one.get(0)).isEqualTo((byte) 2);
        write("elsewhere", (byte) 4);
        writer.write(ByteBuffer.wrap(new byte[] {5}), 0);
      }
      moved.get();
    }
    assertThat(other.resolve("e/d/in/f")).as("what the writer wrote")
        .hasBinaryContent(new byte[] {5});
    write("d/g", (byte) 6);
    assertThat(root.resolve("d/g")).hasBinaryContent(new byte[] {6});
  }

  @Test
  void aWriterThatDoesNotEndIsNotCutOff() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    write("d/f", (byte) 1);
    try (OpenFile writer = files.openForWriting(place("d/f"), false)) {
      assertLeavesAll(FailureCode.EBUSY, () -> rename("d", "other/d"));
      writer.write(ByteBuffer.wrap(new byte[] {2}), 0);
    }
    rename("d", "other/d");
    assertThat(other.resolve("d/f")).hasBinaryContent(new byte[] {2});
  }

  @Test
  void theEndOfTheDaemonUndoesIt() throws Exception {
    mount(MountedDisk.Kind.TMPFS);
    write("d/f", (byte) 1);
    write("other/d", (byte) 2);
    Map<String, Object> before = all();
    step = 0;
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> moved;
      try (OpenFile writer = files.openForWriting(place("d/f"), false)) {
        assertThat(writer.size()).isEqualTo(1);
        moved =
            threads.submit(() -> assertFails(FailureCode.EBUSY, () -> rename("d/f", "other/d")));
        TestDaemon.await("it waits for the writer", () -> looks.get() > 5);
        files.cancel();
      }
      moved.get();
    }
    assertThat(all()).isEqualTo(before);
    assertLeavesAll(FailureCode.EBUSY, () -> rename("d", "other/e"));
  }

  @Test
  void aFileInUseThatWouldKeepItsNameIsNotReplaced() throws Exception {
    mount(MountedDisk.Kind.BINDFS);
    write("f", (byte) 1);
    write("other/f", (byte) 2);
    try (OpenFile used = files.openForReading(place("other/f"))) {
      assertLeavesAll(FailureCode.EBUSY, () -> rename("f", "other/f"));
      assertThat(used.size()).isEqualTo(1);
    }
    rename("f", "other/f");
    try (OpenFile used = files.openForReading(place("other/f"))) {
      assertThatThrownBy(() -> rename("other/f", "f"))
          .hasMessageContaining("whole at its new place")
          .hasMessageContaining("in use");
      assertThat(used.size()).isEqualTo(1);
    }
    assertThat(all().keySet()).containsExactly("", "f", "other", "other/f");
  }
}

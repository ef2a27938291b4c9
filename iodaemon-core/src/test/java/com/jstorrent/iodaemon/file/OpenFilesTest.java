package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.OpenFiles.Access;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cache of open files: how many it keeps, which it evicts, and that no file outlives its name. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "an open file cannot be replaced there")
class OpenFilesTest {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final int MANY = 2_000;
  private static final int CAPACITY = 16;

  @TempDir
  Path folder;
  private final Stats stats = new Stats();
  private FileService files;
  private OpenFiles open;

  @BeforeEach
  void start() throws IOException {
    folder = folder.toRealPath();
    files =
        new FileService(
            new DownloadRoots(List.of(DownloadRoot.of("k", folder))), CAPACITY, stats);
  }

  @AfterEach
  void stop() {
    files.close();
    if (open != null) {
      open.close();
    }
    assertThat(stats.get(Counter.OPEN_FILES)).isZero();
  }

  @Test
  void theNumberOfDescriptorsIsBounded() throws Exception {
    for (int i = 0; i < MANY; i++) {
      write("d" + i % 100 + "/" + i, i);
      assertThat(stats.get(Counter.OPEN_FILES)).isLessThanOrEqualTo(CAPACITY);
      if (i % 100 == 99) {
        assertThat(openHere()).isLessThanOrEqualTo(CAPACITY);
      }
    }
    assertThat(stats.get(Counter.OPEN_FILES)).isEqualTo(CAPACITY);
    files.close();
    assertThat(openHere()).isZero();
  }

  /** The number of this process's descriptors for files in the folder. */
  private long openHere() throws IOException {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0; // not on Linux: the counter is checked only
    }
    long count = 0;
    try (Stream<Path> all = Files.list(DESCRIPTORS)) {
      for (Path descriptor : all.toList()) {
        try {
          count += Files.readSymbolicLink(descriptor).startsWith(folder) ? 1 : 0;
        } catch (NoSuchFileException e) {
          // It was closed while the list was made.
        }
      }
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aFileInUseIsNeverClosed(int capacity) throws Exception {
    open = new OpenFiles(capacity, new RenameGuard(), stats);
    try (OpenFiles.Use used = open.use(location("used"), Access.CREATE)) {
      for (int i = 0; i < 20; i++) {
        open.use(location("other" + i), Access.CREATE).close();
        write(used.file(), List.of(ByteBuffer.wrap(new byte[] {(byte) i})), i);
        try (OpenFiles.Use again = open.use(location("used"), Access.WRITE)) {
          assertThat(again.file().size()).isEqualTo(i + 1);
        }
      }
      assertThat(used.file().isCurrent()).isTrue();
    }
    assertThat(stats.get(Counter.OPEN_FILES)).isEqualTo(capacity);
  }

  @Test
  void filesInUseMayExceedTheCapacity() throws Exception {
    open = new OpenFiles(1, new RenameGuard(), stats);
    List<OpenFiles.Use> uses = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      uses.add(open.use(location("f" + i), Access.CREATE));
    }
    for (OpenFiles.Use use : uses) {
      write(use.file(), List.of(ByteBuffer.wrap(new byte[1])), 0);
      use.close();
    }
    assertThat(stats.get(Counter.OPEN_FILES)).isEqualTo(1);
  }

  @Test
  void theLeastRecentlyUsedFileIsEvictedFirst() throws Exception {
    open = new OpenFiles(3, new RenameGuard(), stats);
    SharedFile a = used("a");
    SharedFile b = used("b");
    SharedFile c = used("c");
    assertThat(used("a")).as("kept").isSameAs(a);
    SharedFile d = used("d");
    assertThat(used("c")).isSameAs(c);
    assertThat(used("a")).isSameAs(a);
    assertThat(used("d")).isSameAs(d);
    assertThat(used("b")).as("the least recently used file was evicted").isNotSameAs(b);
    assertThat(used("a")).as("the order is that of the last uses").isSameAs(a);
    assertThat(used("c")).isNotSameAs(c);
  }

  private SharedFile used(String path) throws OperationFailure {
    try (OpenFiles.Use use = open.use(location(path), Access.CREATE)) {
      return use.file();
    }
  }

  @Test
  void aFileOpenForWritingIsAlsoUsedForReading() throws Exception {
    open = new OpenFiles(3, new RenameGuard(), stats);
    SharedFile written = used("f");
    try (OpenFiles.Use use = open.use(location("f"), Access.READ)) {
      assertThat(use.file()).isSameAs(written);
    }
  }

  @Test
  void aDeletedFileIsCreatedAnew() throws Exception {
    write("f", 1);
    Files.delete(folder.resolve("f"));
    write("f", 2);
    assertThat(folder.resolve("f")).hasBinaryContent(new byte[] {2});
    Files.delete(folder.resolve("f"));
    assertFails(FailureCode.ENOENT, () -> read("f"));
    assertFails(FailureCode.ENOENT, () -> files.truncate(location("f"), 5));
  }

  @Test
  void afterAReplacementTheNewFileIsWrittenAndRead() throws Exception {
    write("f", 1);
    Path old = Files.createLink(folder.resolve("old"), folder.resolve("f"));
    Files.write(folder.resolve("new"), new byte[] {5, 5});
    Files.move(
        folder.resolve("new"), folder.resolve("f"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(read("f")).isEqualTo(5);
    write("f", 2);
    assertThat(folder.resolve("f")).hasBinaryContent(new byte[] {2, 5});
    assertThat(old).as("the replaced file").hasBinaryContent(new byte[] {1});
  }

  @Test
  void aRenamedFileKeepsItsContent() throws Exception {
    write("f", 1);
    Files.move(folder.resolve("f"), folder.resolve("moved"));
    write("f", 2);
    assertThat(folder.resolve("moved")).hasBinaryContent(new byte[] {1});
    assertThat(folder.resolve("f")).hasBinaryContent(new byte[] {2});
  }

  @Test
  void aReplacedFolderIsDetected() throws Exception {
    write("d/f", 1);
    Files.move(folder.resolve("d"), folder.resolve("moved"));
    assertFails(FailureCode.ENOENT, () -> read("d/f"));
    write("d/f", 2);
    assertThat(folder.resolve("moved/f")).hasBinaryContent(new byte[] {1});
    assertThat(folder.resolve("d/f")).hasBinaryContent(new byte[] {2});
  }

  @Test
  void aLinkInPlaceOfTheFileIsNotFollowedOutOfTheRoot(@TempDir Path outside)
      throws Exception {
    Path secret = Files.write(outside.resolve("f"), new byte[] {42});
    write("d/f", 1);
    write("f", 1);
    Files.delete(folder.resolve("f"));
    Files.createSymbolicLink(folder.resolve("f"), secret);
    Files.move(folder.resolve("d"), folder.resolve("moved"));
    Files.createSymbolicLink(folder.resolve("d"), outside);
    for (String path : List.of("f", "d/f")) {
      assertFails(FailureCode.EACCES, () -> read(path));
      assertFails(FailureCode.EACCES, () -> write(path, 2));
      assertFails(FailureCode.EACCES, () -> files.truncate(location(path), 0));
    }
    assertThat(secret).hasBinaryContent(new byte[] {42});
  }

  @Test
  void aChangedLinkInThePathIsDetected() throws Exception {
    Path link = twoFoldersAndALink();
    assertThat(read("link/f")).isEqualTo(1);
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("two"));
    assertThat(read("link/f")).isEqualTo(2);
    write("link/f", 3);
    assertThat(folder.resolve("two/f")).hasBinaryContent(new byte[] {3});
    assertThat(folder.resolve("one/f")).hasBinaryContent(new byte[] {1});
  }

  @Test
  void aLinkInThePathChangedToLeadOutOfTheRootIsDetected(@TempDir Path outside) throws Exception {
    Path link = twoFoldersAndALink();
    assertThat(read("link/f")).isEqualTo(1);
    Files.delete(link);
    Files.createSymbolicLink(link, outside);
    assertFails(FailureCode.EACCES, () -> read("link/f"));
  }

  private Path twoFoldersAndALink() throws Exception {
    write("one/f", 1);
    write("two/f", 2);
    return Files.createSymbolicLink(folder.resolve("link"), Path.of("one"));
  }

  @Test
  void filesThatTheDaemonDeletesOrRenamesAreEvicted() throws Exception {
    write("d/f", 1);
    files.folders().rename(location("d"), location("e"), () -> {});
    assertThat(read("e/f")).isEqualTo(1);
    assertFails(FailureCode.ENOENT, () -> read("d/f"));
    write("d/f", 2);
    files.folders().rename(location("d/f"), location("e/f"), () -> {});
    assertThat(read("e/f")).isEqualTo(2);
    files.folders().delete(location("e"));
    assertFails(FailureCode.ENOENT, () -> read("e/f"));
    assertThat(openHere()).as("a deleted file would keep its blocks").isZero();
  }

  @Test
  void aDeletedFileStaysUsableForItsUsersOnly() throws Exception {
    write("f", 1);
    try (OpenFile used = files.openForReading(location("f"))) {
      files.folders().delete(location("f"));
      write("f", 2);
      ByteBuffer one = ByteBuffer.allocate(1);
      used.read(one, 0);
      assertThat(one.get(0)).isEqualTo((byte) 1);
      assertThat(read("f")).isEqualTo(2);
    }
  }

  @Test
  void concurrentUsesNeverGetAClosedFile() throws Exception {
    open = new OpenFiles(2, new RenameGuard(), stats);
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Random random = new Random(i);
      threads.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
              .start(() -> useAtRandom(random)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(stats.get(Counter.OPEN_FILES)).isEqualTo(2);
    assertThat(openHere()).isLessThanOrEqualTo(2);
  }

  private void useAtRandom(Random random) {
    for (int i = 0; i < 2000; i++) {
      int file = random.nextInt(6);
      try (OpenFiles.Use use = open.use(location("f" + file), Access.CREATE)) {
        write(use.file(), List.of(ByteBuffer.wrap(new byte[] {(byte) file})), random.nextInt(100));
        ByteBuffer one = ByteBuffer.allocate(1);
        use.file().read(one, use.file().size() - 1);
        assertThat(one.get(0)).isEqualTo((byte) file);
        if (i % 100 == 0) {
          open.table().evict(folder.resolve("f" + file));
        }
      } catch (OperationFailure | IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void afterAReplacementTheNewFileIsOpened() throws Exception {
    open = new OpenFiles(0, new RenameGuard(), stats); // so that each use opens the file
    FileLocation location = location("f");
    Files.write(folder.resolve("f"), new byte[1]);
    AtomicBoolean over = new AtomicBoolean();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> others = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      others.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
              .start(
                  () -> {
                    while (!over.get()) {
                      try (OpenFiles.Use use = open.use(location, Access.READ)) {
                        assertThat(use.file()).isNotNull();
                      } catch (OperationFailure e) {
                        throw new AssertionError(e);
                      }
                    }
                  }));
    }
    try {
      for (int i = 0; i < 1500 && failures.isEmpty(); i++) {
        Files.write(folder.resolve("new"), new byte[] {(byte) i});
        Files.move(folder.resolve("new"), folder.resolve("f"), StandardCopyOption.ATOMIC_MOVE);
        ByteBuffer one = ByteBuffer.allocate(1);
        try (OpenFiles.Use use = open.use(location, Access.READ)) {
          use.file().read(one, 0);
        }
        assertThat(one.get(0)).as("version %d", i).isEqualTo((byte) i);
      }
    } finally {
      over.set(true);
      for (Thread other : others) {
        other.join();
      }
    }
    assertThat(failures).isEmpty();
  }

  private FileLocation location(String path) throws OperationFailure {
    return files.location("k", SafePath.of(path));
  }

  private void write(String path, int value) throws OperationFailure {
    files.write(
        location(path), true, ByteBuffer.wrap(new byte[] {(byte) value}), 0);
  }

  private int read(String path) throws OperationFailure {
    ByteBuffer one = ByteBuffer.allocate(1);
    try (OpenFile file = files.openForReading(location(path))) {
      file.read(one, 0);
    }
    return one.get(0);
  }

  private interface Attempt {
    void run() throws OperationFailure;
  }

  private static void assertFails(FailureCode code, Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(OperationFailure.class)
        .satisfies(e -> assertThat(((OperationFailure) e).code()).isEqualTo(code));
  }

  @Test
  void changesThroughDifferentNamesShareTheLength() throws Exception {
    try (OpenFiles open = new OpenFiles(4, new RenameGuard(), new Stats())) {
      open.use(location("one"), Access.CREATE).close();
      Files.createLink(folder.resolve("two"), folder.resolve("one"));
      try (OpenFiles.Use one = open.use(location("one"), Access.WRITE);
          OpenFiles.Use two = open.use(location("two"), Access.WRITE);
          OpenFiles.Use other = open.use(location("three"), Access.CREATE)) {
        assertThat(two.file()).isNotSameAs(one.file());
        assertThat(two.file().length()).isSameAs(one.file().length());
        assertThat(other.file().length()).isNotSameAs(one.file().length());
      }
    }
  }

  private static void write(SharedFile file, List<ByteBuffer> bytes, long position)
      throws IOException {
    SharedFile.Change change = file.beginChange();
    change.write(bytes, position);
    change.commit();
  }
}

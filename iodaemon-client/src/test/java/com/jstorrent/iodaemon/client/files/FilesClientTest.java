package com.jstorrent.iodaemon.client.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.stats.Counter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files by path and by handle, on the disk of a daemon. */
class FilesClientTest {
  /** Longer than one request of unverified bytes, and not a multiple of it. */
  private static final int LONG = (5 << 20) + 3;

  @TempDir
  Path folder;
  private ServedFolder served;
  private FilesClient files;

  @BeforeEach
  void start() throws IOException {
    served = new ServedFolder(folder);
    files = served.files;
  }

  @AfterEach
  void stop() {
    served.close();
  }

  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  static void assertRefused(ThrowingCallable call, int status, String code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FilesException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.status()).isEqualTo(status);
              assertThat(e.sentence()).isNotEmpty();
              assertThat(e).hasMessageContaining(e.sentence());
            });
  }

  private static RootPath at(String path) {
    return RootPath.of("k", path);
  }

  private static Digest sha1(byte[] bytes) throws Exception {
    return Digest.sha1(MessageDigest.getInstance("SHA-1").digest(bytes));
  }

  @Test
  void bytesAreWrittenWhereTheyBelong() throws Exception {
    byte[] bytes = random(LONG);
    files.write(at("a/b/long.bin"), 7, bytes);
    byte[] expected = new byte[LONG + 7];
    System.arraycopy(bytes, 0, expected, 7, LONG);
    assertThat(Files.readAllBytes(folder.resolve("a/b/long.bin"))).isEqualTo(expected);
  }

  @Test
  void aBufferIsWrittenFromItsPositionToItsLimitAndStaysAsItIs() throws Exception {
    byte[] bytes = random(3 << 20);
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes);
    direct.position(11).limit(bytes.length - 5);
    files.write(at("part.bin"), 0, direct);
    assertThat(Files.readAllBytes(folder.resolve("part.bin")))
        .isEqualTo(Arrays.copyOfRange(bytes, 11, bytes.length - 5));
    assertThat(direct.position()).isEqualTo(11);
    assertThat(direct.limit()).isEqualTo(bytes.length - 5);
  }

  @Test
  void aVerifiedWriteOfAnyLengthIsOneRequest() throws Exception {
    byte[] bytes = random(LONG);
    long before = served.counter(Counter.HTTP_REQUESTS);
    files.write(at("v.bin"), 0, bytes, sha1(bytes));
    assertThat(served.counter(Counter.HTTP_REQUESTS) - before).isEqualTo(1);
    assertThat(Files.readAllBytes(folder.resolve("v.bin"))).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, LONG})
  void nothingIsWrittenOfBytesWithAnotherDigest(int length) throws Exception {
    Digest other = sha1(random(length + 1));
    assertRefused(() -> files.write(at("wrong.bin"), 0, random(length), other), 409, "EHASH");
    assertThat(folder.resolve("wrong.bin")).doesNotExist();
    byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(random(length));
    files.write(at("right.bin"), 0, random(length), Digest.sha256(sha256));
    assertThat(folder.resolve("right.bin")).hasSize(length);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 300 << 10, LONG})
  void aRootThatIsNotThereIsToldHoweverLongTheBodyIs(int length) throws Exception {
    RootPath nowhere = RootPath.of("gone", "a");
    assertRefused(() -> files.write(nowhere, 0, random(length)), 403, "EROOT");
    assertRefused(
        () -> files.write(nowhere, 0, random(length), sha1(random(length))), 403, "EROOT");
    files.write(at("after.bin"), 0, random(length));
    assertThat(folder.resolve("after.bin")).hasSize(length);
  }

  @Test
  void theRootWhoseKeyIsARouteIsWrittenAsWell() throws Exception {
    RootPath path = RootPath.of("batch", "x.bin");
    files.write(path, 2, random(10));
    assertThat(folder.resolve("x.bin")).hasSize(12);
    assertRefused(() -> files.write(path, 0, random(10), sha1(random(9))), 409, "EHASH");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1 << 20, LONG})
  void aStreamIsWrittenToItsEnd(int length) throws Exception {
    byte[] bytes = random(length);
    assertThat(files.write(at("s.bin"), 0, new ByteArrayInputStream(bytes))).isEqualTo(length);
    assertThat(Files.readAllBytes(folder.resolve("s.bin"))).isEqualTo(bytes);
  }

  @Test
  void anyRangeIsReadInAnyWay() throws Exception {
    byte[] bytes = random(LONG);
    Files.write(folder.resolve("r.bin"), bytes);
    try (FileHandle handle = files.open(at("r.bin"), OpenMode.READ)) {
      assertThat(handle.sizeWhenOpened()).isEqualTo(LONG);
      for (FileRef file : new FileRef[] {at("r.bin"), handle}) {
        ByteBuffer into = ByteBuffer.allocateDirect(LONG - 20).position(3);
        files.read(file, 10, into);
        assertThat(into.hasRemaining()).isFalse();
        assertThat(into.position(3)).isEqualTo(ByteBuffer.wrap(bytes, 10, LONG - 23));

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(files.read(file, ByteRange.from(5), out)).isEqualTo(LONG - 5);
        assertThat(ByteBuffer.wrap(out.toByteArray()))
            .isEqualTo(ByteBuffer.wrap(bytes, 5, LONG - 5));

        try (InputStream in = files.input(file, ByteRange.of(1 << 20, 2 << 20))) {
          assertThat(ByteBuffer.wrap(in.readAllBytes()))
              .isEqualTo(ByteBuffer.wrap(bytes, 1 << 20, 2 << 20));
          assertThat(in.read()).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void aRangePastTheEndIsRefusedAndNothingIsRead() throws Exception {
    Files.write(folder.resolve("r.bin"), random(10));
    ByteBuffer into = ByteBuffer.allocate(6);
    assertRefused(() -> files.read(at("r.bin"), 5, into), 416, "ERANGE");
    assertThat(into.position()).isZero();
    assertRefused(() -> files.input(at("r.bin"), ByteRange.from(11)), 416, "ERANGE");
    files.read(at("r.bin"), 10, ByteBuffer.allocate(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"with space + plus.txt", "50% #1?&=.txt", "Ünï/中文/😀.txt", "a..b", "…"})
  void namesAreTakenAsTheyAre(String name) throws Exception {
    byte[] bytes = random(20);
    files.write(at(name), 0, bytes);
    assertThat(Files.readAllBytes(folder.resolve(name))).isEqualTo(bytes);
    assertThat(files.stat(at(name)).size()).isEqualTo(20);
    files.read(at(name), 0, ByteBuffer.allocate(20));
    assertThat(files.hashes().digest(DigestAlgorithm.SHA1, at(name))).isEqualTo(sha1(bytes));
    files.delete(at(name));
    assertThat(folder.resolve(name)).doesNotExist();
  }

  @Test
  void aPathThatLeadsOutIsRefused() {
    assertRefused(() -> files.write(at("../out"), 0, random(1)), 400, "EINVAL");
    assertRefused(() -> files.stat(RootPath.of("..", "a")), 403, "EROOT");
    assertRefused(
        () -> files.read(RootPath.of("..", "a"), 0, ByteBuffer.allocate(1)), 403, "EROOT");
  }

  @Test
  void whatCannotBeSentIsRefusedBeforeItIsSent() {
    assertThatIllegalArgumentException().isThrownBy(() -> at("half \uD83D pair"));
    assertThatIllegalArgumentException().isThrownBy(() -> RootPath.of("", "a"));
    assertThatIllegalArgumentException().isThrownBy(() -> files.write(at("a"), -1, random(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> ByteRange.of(0, -1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> files.write(at("a"), 0, new byte[(64 << 20) + 1], Digest.sha1("00".repeat(20))));
  }

  @Test
  void foldersAreMadeListedAndDeleted() throws Exception {
    files.createFolders(at("f/g"));
    files.createFolders(at("f/g"));
    files.write(at("f/one"), 0, random(1));
    assertThat(files.list(at("f"))).containsExactlyInAnyOrder("g", "one");
    assertThat(files.list(RootPath.root("k"))).containsExactly("f");
    assertThat(files.stat(at("f")).isFolder()).isTrue();
    FileStatus one = files.stat(at("f/one"));
    assertThat(one.isFile()).isTrue();
    assertThat(one.isFolder()).isFalse();
    assertThat(one.modified())
        .isEqualTo(
            Files.getLastModifiedTime(folder.resolve("f/one"))
                .toInstant()
                .truncatedTo(ChronoUnit.MILLIS));
    files.delete(at("f"));
    assertThat(files.list(RootPath.root("k"))).isEmpty();
    assertRefused(() -> files.delete(at("f")), 404, "ENOENT");
  }

  @Test
  void filesAreCutAndRenamed() throws Exception {
    files.write(at("a"), 0, random(100));
    files.truncate(at("a"), 30);
    assertThat(files.stat(at("a")).size()).isEqualTo(30);
    files.rename(at("a"), "new/b");
    assertThat(folder.resolve("new/b")).hasSize(30);
    assertRefused(() -> files.rename(at("a"), "c"), 404, "ENOENT");
  }

  @Test
  void aHandleStaysWithItsFile() throws Exception {
    byte[] bytes = random(2 << 20);
    try (FileHandle handle = files.open(at("h"), OpenMode.CREATE)) {
      assertThat(handle.openedAt()).isEqualTo(at("h"));
      files.preallocate(handle, bytes.length, Room.FULL);
      files.rename(at("h"), "i");
      files.write(handle, 0, bytes, sha1(bytes));
      files.write(handle, bytes.length, random(5));
      files.flush(handle);
      assertThat(folder.resolve("i")).hasSize(bytes.length + 5);
      files.preallocate(handle, 10 << 20, Room.SPARSE);
      assertThat(folder.resolve("i")).hasSize(10 << 20);
      FileRange first = new FileRange(handle, ByteRange.of(0, bytes.length));
      assertThat(files.hashes().digest(DigestAlgorithm.SHA1, List.of(first)))
          .isEqualTo(sha1(bytes));
    }
    assertThat(served.counter(Counter.FILE_HANDLES)).isZero();
  }

  @Test
  void aHandleIsClosedOnceHoweverOftenItIsClosed() throws Exception {
    files.write(at("h"), 0, random(1));
    FileHandle handle = files.open(at("h"), OpenMode.WRITE);
    assertThat(served.counter(Counter.FILE_HANDLES)).isEqualTo(1);
    handle.close();
    long requests = served.counter(Counter.HTTP_REQUESTS);
    handle.close();
    assertThat(served.counter(Counter.HTTP_REQUESTS)).isEqualTo(requests);
    assertRefused(() -> files.write(handle, 0, random(1)), 404, "ENOENT");
    assertRefused(() -> files.open(at("none"), OpenMode.WRITE), 404, "ENOENT");
  }

  @Test
  void aHandleIsClosedByAThreadThatWasInterrupted() throws Exception {
    FileHandle handle = files.open(at("h"), OpenMode.CREATE);
    Thread.currentThread().interrupt();
    handle.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(served.counter(Counter.FILE_HANDLES)).isZero();
  }

  @Test
  void callsShareAConnection() throws Exception {
    for (int round = 0; round < 50; round++) {
      files.write(at("c"), round, random(1));
      files.read(at("c"), 0, ByteBuffer.allocate(1));
      assertRefused(() -> files.stat(at("none")), 404, "ENOENT");
      assertRefused(
          () -> files.write(RootPath.of("gone", "a"), 0, random(100_000)), 403, "EROOT");
    }
    assertThat(served.counter(Counter.HTTP_CONNECTIONS)).isEqualTo(1);
  }

  @Test
  void aClientThatIsClosedSaysSo() {
    FilesClient other = FilesClient.at(served.address(), ServedFolder.TOKEN);
    other.within(Duration.ofSeconds(10)).close();
    assertThatThrownBy(() -> other.stat(at("a"))).hasMessage("The client has been closed.");
  }

  @Test
  void manyThreadsShareAClient() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> reads = new ArrayList<>();
      for (int thread = 0; thread < 200; thread++) {
        RootPath file = at("shared/" + thread);
        byte[] bytes = random(1000 + thread);
        reads.add(
            threads.submit(
                () -> {
                  files.write(file, 0, bytes, sha1(bytes));
                  try (InputStream in = files.input(file, ByteRange.whole())) {
                    return in.readAllBytes();
                  }
                }));
      }
      for (int thread = 0; thread < reads.size(); thread++) {
        assertThat(reads.get(thread).get()).isEqualTo(random(1000 + thread));
      }
    }
  }
}

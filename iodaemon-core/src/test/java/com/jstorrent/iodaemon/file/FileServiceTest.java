package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileServiceTest {
  @TempDir
  Path folder;
  private final Stats stats = new Stats();
  private FileService files;

  @BeforeEach
  void start() {
    files = new FileService(new DownloadRoots(List.of(DownloadRoot.of("k", folder))), 8, stats);
  }

  @AfterEach
  void stop() {
    files.close();
  }

  @Test
  void writesMakeParentsAndLandAtTheirOffset() throws Exception {
    write("a/b/c", ByteBuffer.wrap(new byte[] {1, 2, 3}), 5);
    assertThat(Files.readAllBytes(folder.resolve("a/b/c"))).containsExactly(0, 0, 0, 0, 0, 1, 2, 3);
    write("a/b/c", ByteBuffer.wrap(new byte[] {9}), 0);
    assertThat(Files.readAllBytes(folder.resolve("a/b/c"))).containsExactly(9, 0, 0, 0, 0, 1, 2, 3);
    assertThat(stats.get(Counter.FILE_BYTES_WRITTEN)).isEqualTo(4);
  }

  @Test
  void readsFillTheBufferUnlessTheFileEnds() throws Exception {
    Files.write(folder.resolve("f"), new byte[] {1, 2, 3, 4, 5});
    try (OpenFile file = files.openForReading(location("k", "f"))) {
      assertThat(file.size()).isEqualTo(5);
      ByteBuffer three = ByteBuffer.allocate(3);
      file.read(three, 1);
      assertThat(three.array()).containsExactly(2, 3, 4);
      ByteBuffer many = ByteBuffer.allocate(10);
      file.read(many, 3);
      assertThat(many.position()).isEqualTo(2);
    }
  }

  @Test
  void failuresHaveACodeAndNoAbsolutePath() throws Exception {
    Files.createDirectories(folder.resolve("dir"));
    Files.write(folder.resolve("file"), new byte[1]);
    assertFails(FailureCode.EROOT, () -> files.openForReading(location("other", "x")));
    assertFails(FailureCode.ENOENT, () -> files.openForReading(location("k", "none")));
    assertFails(FailureCode.EISDIR, () -> files.openForReading(location("k", "dir")));
    assertFails(FailureCode.EINVAL, () -> files.openForWriting(location("k", ""), true));
    assertFails(FailureCode.EISDIR, () -> files.openForWriting(location("k", "dir"), true));
    assertFails(FailureCode.ENOTDIR, () -> files.openForWriting(location("k", "file/x"), true));
  }

  @Test
  void aLinkSwappedInWhileAFileIsOpenedIsNotFollowed(@TempDir Path outside) throws Exception {
    Files.write(outside.resolve("f"), new byte[] {42});
    Path real = Files.createDirectories(folder.resolve("real"));
    Files.write(real.resolve("f"), new byte[] {1});
    Path link = Files.createSymbolicLink(folder.resolve("link"), outside);
    Path swapped = folder.resolve("swapped");
    AtomicBoolean over = new AtomicBoolean();
    Thread swapper =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (!over.get()) {
                      Files.move(real, swapped);
                      Files.move(swapped, real);
                      Files.move(link, swapped);
                      Files.move(swapped, link);
                    }
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    for (int i = 0; i < 5000; i++) {
      ByteBuffer one = ByteBuffer.allocate(1);
      try (OpenFile file = files.openForReading(location("k", "swapped/f"))) {
        file.read(one, 0);
        assertThat(one.get(0)).isEqualTo((byte) 1);
      } catch (OperationFailure e) {
        assertThat(e.code()).isIn(FailureCode.ENOENT, FailureCode.EACCES, FailureCode.ENOTDIR);
      }
    }
    over.set(true);
    swapper.join();
  }

  private FileLocation location(String root, String path) throws OperationFailure {
    return files.location(root, SafePath.of(path));
  }

  private void write(String path, ByteBuffer data, long position) throws OperationFailure {
    files.write(location("k", path), true, data, position);
  }

  private interface Attempt {
    Object run() throws OperationFailure;
  }

  private void assertFails(FailureCode code, Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(OperationFailure.class)
        .satisfies(e -> assertThat(((OperationFailure) e).code()).isEqualTo(code))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(folder.toString()));
  }
}

package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.launcher.FileClient.Answer;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Moves of downloads to another disk below the same root while they are in use. */
@EnabledOnOs(OS.LINUX)
class CrossDeviceRenameIT {
  private static final int MOVES = 60;
  private static final int KILLS = 8;
  private static final byte[] DATA = Peer.bytes(1, 300_000);
  private static final byte[] LARGE = Peer.bytes(2, 24 << 20);

  @TempDir
  Path root;

  private DaemonProcess start() throws IOException {
    return DaemonProcess.start(
        Map.of(), "--token", FileClient.TOKEN, "--root", FileClient.ROOT + "=" + root);
  }

  private Path makeDisk() throws IOException {
    return Files.createDirectory(root.resolve("disk"));
  }

  private static void assertWhole(Answer answer) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    assertThat(Arrays.equals(answer.body(), DATA)).isTrue();
  }

  @Test
  void operationsByHandleContinueDuringAMove() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(makeDisk(), 8);
        DaemonProcess daemon = start();
        FileClient client = new FileClient(daemon.port());
        ExecutorService threads = Executors.newCachedThreadPool()) {
      Files.write(Files.createDirectory(root.resolve("a")).resolve("f"), DATA);
      String fileId = client.open("a/f", "rw");
      AtomicBoolean over = new AtomicBoolean();
      Future<?> reader =
          threads.submit(
              () -> {
                while (!over.get()) {
                  assertWhole(client.get("/files/" + fileId + "/read"));
                  assertWhole(client.get("/stream/" + fileId));
                  assertThat(digest(client, fileId)).isEqualTo(DigestUtils.sha1Hex(DATA));
                }
                return null;
              });
      Future<?> writer =
          threads.submit(
              () -> {
                while (!over.get()) {
                  assertThat(client.patch(fileId, 0, DATA).status()).isIn(200, 503);
                }
                return null;
              });
      try {
        for (int i = 0; i < MOVES && !reader.isDone() && !writer.isDone(); i++) {
          move(client, "a", "disk/a");
          move(client, "disk/a", "a");
        }
      } finally {
        over.set(true);
      }
      reader.get();
      writer.get();
      assertThat(client.patch(fileId, 0, DATA).status()).isEqualTo(200);
      assertThat(root.resolve("a/f")).hasBinaryContent(DATA);
      assertThat(disk.folder()).isEmptyDirectory();
      assertThat(daemon.stderr()).doesNotContain("Exception");
    }
  }

  private static Object digest(FileClient client, String fileId) throws IOException {
    Map<String, Object> wish =
        Map.of("algorithm", "sha1", "fileRanges", List.of(Map.of("fileId", fileId)));
    return client.json("/hash/from-file", wish).json().get("digest");
  }

  /** Retries, because writers may prevent the move for a moment. */
  private static void move(FileClient client, String path, String to) throws IOException {
    Answer answer;
    do {
      answer = client.rename(path, to);
    } while (answer.status() == 503);
    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
  }

  @Test
  void killingTheProcessDuringAMoveLosesNothing() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(makeDisk(), 64)) {
      Path source = root.resolve("f");
      Path target = disk.folder().resolve("f");
      int interrupted = 0;
      for (int i = 0; i < KILLS; i++) {
        Files.write(source, LARGE);
        Files.write(target, DATA);
        try (DaemonProcess daemon = start();
            FileClient client = new FileClient(daemon.port());
            ExecutorService threads = Executors.newCachedThreadPool()) {
          Future<Answer> moved = threads.submit(() -> client.rename("f", "disk/f"));
          TestDaemon.await("the start of the move",
              () -> moved.isDone() || names(disk.folder()) > 1);
          if (moved.isDone()) {
            assertThat(moved.get().status()).isEqualTo(200);
          } else {
            interrupted++;
          }
          daemon.process().destroyForcibly().waitFor();
        }
        boolean replaced = Files.size(target) != DATA.length;
        assertThat(Files.exists(source) || replaced).as("the original or the moved file exists")
            .isTrue();
        if (Files.exists(source)) {
          assertThat(Arrays.equals(Files.readAllBytes(source), LARGE)).isTrue();
        }
        assertThat(Arrays.equals(Files.readAllBytes(target), replaced ? LARGE : DATA)).isTrue();
        removeCopies(disk.folder());
      }
      assertThat(interrupted).isPositive();
    }
  }

  private static long names(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeCopies(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path each : all.filter(path -> path.getFileName().toString().startsWith(".")).toList()) {
        assertThat(each.getFileName().toString()).startsWith(".jstorrent-move-");
        Files.delete(each);
      }
    }
  }
}

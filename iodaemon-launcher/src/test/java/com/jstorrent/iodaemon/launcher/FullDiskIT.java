package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.launcher.FileClient.Answer;
import com.jstorrent.iodaemon.launcher.FileClient.Extent;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A full disk: writes get 507, the file keeps its former length, and nothing else changes. */
class FullDiskIT {
  private static final int MIB = 1 << 20;
  private static final int DISK_MIB = 8;
  private static final int WRITERS = 8;
  private static final int ROUNDS = 20;

  /** Many rounds, because bytes would be lost only in a rare interleaving of threads. */
  private static final int MANY_ROUNDS = 100;

  @TempDir
  Path folder;
  private SmallDisk disk;
  private Path root;
  private DaemonProcess daemon;
  private FileClient client;

  private enum Way {
    VERIFIED, AS_IT_COMES, BY_HANDLE
  }

  @BeforeEach
  void start() throws Exception {
    root = Files.createDirectory(folder.resolve("disk"));
    disk = SmallDisk.mount(root, DISK_MIB);
    daemon =
        DaemonProcess.start(
            Map.of(), "--token", FileClient.TOKEN, "--root", FileClient.ROOT + "=" + root);
    client = new FileClient(daemon.port());
  }

  @AfterEach
  void theDaemonLives() throws Exception {
    if (disk == null) {
      return; // skipped
    }
    try {
      assertThat(client.get("/health").text()).isEqualTo("ok");
      assertThat(daemon.stderr()).doesNotContain("Exception").doesNotContain(root.toString());
    } finally {
      client.close();
      daemon.close();
      disk.close();
    }
  }

  private long free() throws IOException {
    return Files.getFileStore(root).getUsableSpace();
  }

  private void fillBut(long left) throws IOException {
    Files.write(root.resolve("filler"), new byte[Math.toIntExact(free() - left)]);
    assertThat(free()).isEqualTo(left);
  }

  private Answer write(Way way, String path, long offset, byte[] data) throws IOException {
    return switch (way) {
      case VERIFIED -> client.writeVerified(path, offset, data);
      case AS_IT_COMES -> client.write(path, offset, data);
      case BY_HANDLE -> client.patch(client.open(path, "rw"), offset, data);
    };
  }

  private void assertDiskFull(Answer answer) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(507);
    assertThat(answer.error()).isEqualTo("ENOSPC");
    assertThat(answer.message()).contains("full").endsWith(".").doesNotContain(root.toString());
  }

  private void assertHolds(String path, byte[] content) throws IOException {
    assertThat(Arrays.equals(Files.readAllBytes(root.resolve(path)), content))
        .as("the content of %s", path)
        .isTrue();
    assertThat(Arrays.equals(client.read(path).body(), content)).isTrue();
  }

  private void assertHolds(String path, int offset, byte[] part) throws IOException {
    byte[] content = Files.readAllBytes(root.resolve(path));
    int end = offset + part.length;
    assertThat(content.length).as("the length of %s", path).isGreaterThanOrEqualTo(end);
    assertThat(Arrays.equals(content, offset, end, part, 0, part.length))
        .as("what was answered 200 of %s at %d", path, offset)
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aWriteThatDoesNotFitLeavesTheLengthUnchanged(Way way) throws Exception {
    byte[] former = Peer.bytes(1, MIB);
    byte[] other = Peer.bytes(2, MIB);
    assertThat(client.writeVerified("f", 0, former).status()).isEqualTo(200);
    assertThat(client.writeVerified("other", 0, other).status()).isEqualTo(200);
    fillBut(MIB / 2);
    for (long offset : new long[] {MIB, MIB - 1, 5 * MIB}) {
      assertDiskFull(write(way, "f", offset, Peer.bytes(3, 2 * MIB)));
      assertThat(Files.size(root.resolve("f"))).as("offset %d", offset).isEqualTo(MIB);
      assertThat(free()).as("space of the partial write was freed").isEqualTo(MIB / 2);
    }
    assertHolds("f", 0, Arrays.copyOf(former, MIB - 1));
    assertHolds("other", other);
  }

  @Test
  void afterADeleteWritesSucceed() throws Exception {
    assertThat(client.writeVerified("large", 0, Peer.bytes(1, 2 * MIB)).status()).isEqualTo(200);
    byte[] data = Peer.bytes(2, MIB);
    fillBut(0);
    assertDiskFull(client.writeVerified("f", 0, data));
    assertThat(client.delete("large").status()).isEqualTo(200);
    assertThat(free()).as("space of the deleted file was freed").isEqualTo(2 * MIB);
    assertThat(client.writeVerified("f", 0, data).status()).isEqualTo(200);
    assertHolds("f", data);
  }

  /** Lets writer i write part i, all at the same time, and returns their statuses. */
  private List<Integer> writeAtOnce(String path, long start, int partLength) throws Exception {
    List<Future<Integer>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      for (int i = 0; i < WRITERS; i++) {
        int part = i;
        answers.add(
            threads.submit(
                () -> client
                    .writeVerified(
                        path, start + (long) part * partLength, Peer.bytes(part, partLength))
                    .status()));
      }
    }
    List<Integer> statuses = new ArrayList<>();
    for (Future<Integer> answer : answers) {
      statuses.add(answer.get());
    }
    return statuses;
  }

  @Test
  void concurrentWritesThatAllFailLeaveTheLengthUnchanged() throws Exception {
    byte[] former = Peer.bytes(100, MIB);
    assertThat(client.writeVerified("f", 0, former).status()).isEqualTo(200);
    fillBut(MIB);
    for (int round = 0; round < ROUNDS; round++) {
      assertThat(writeAtOnce("f", MIB, 2 * MIB)).containsOnly(507);
      assertThat(Files.size(root.resolve("f"))).as("round %d", round).isEqualTo(MIB);
      assertThat(free()).as("round %d", round).isEqualTo(MIB);
    }
    assertHolds("f", former);
  }

  @Test
  void concurrentWritesThatPartlyFailLoseNoAnsweredWrite() throws Exception {
    int part = MIB / 2;
    fillBut(4 * part);
    for (int round = 0; round < MANY_ROUNDS; round++) {
      List<Integer> statuses = writeAtOnce("f", 0, part);
      assertThat(statuses).contains(507).isSubsetOf(200, 507);
      for (int i = 0; i < WRITERS; i++) {
        if (statuses.get(i) == 200) {
          assertHolds("f", i * part, Peer.bytes(i, part));
        }
      }
      assertThat(Files.size(root.resolve("f")))
          .as("round %d: %s", round, statuses)
          .isEqualTo((statuses.lastIndexOf(200) + 1L) * part);
      assertThat(client.delete("f").status()).isEqualTo(200);
      assertThat(free()).isEqualTo(4 * part);
    }
  }

  @Test
  void aBatchReportsEachExtentThatDidNotFit() throws Exception {
    byte[] former = Peer.bytes(1, MIB);
    assertThat(client.writeVerified("f", 0, former).status()).isEqualTo(200);
    fillBut(MIB / 4);
    byte[] changed = Peer.bytes(2, MIB);
    List<Extent> extents =
        List.of(
            new Extent("f", 0, Arrays.copyOf(changed, MIB / 2)), // needs no further space
            new Extent("large", 0, Peer.bytes(3, MIB)),
            new Extent("f", MIB / 2, Arrays.copyOfRange(changed, MIB / 2, MIB)),
            new Extent("f", MIB, Peer.bytes(4, MIB)));
    List<Map<String, Object>> results = client.batch(extents);
    assertThat(results.stream().map(result -> result.get("status")))
        .containsExactly(200L, 507L, 200L, 507L);
    assertThat(results.stream().map(result -> result.get("error")))
        .containsExactly(null, "ENOSPC", null, "ENOSPC");
    assertThat((String) results.get(1).get("message")).endsWith(".").doesNotContain("/");
    assertHolds("f", changed);
    assertThat(client.read("large").body()).isEmpty();
    assertThat(free()).isEqualTo(MIB / 4);
  }

  @Test
  void reservingTooMuchSpaceFails() throws Exception {
    byte[] former = Peer.bytes(1, MIB + 1);
    assertThat(client.writeVerified("f", 0, former).status()).isEqualTo(200);
    fillBut(2 * MIB);
    String handle = client.open("f", "rw");
    String preallocate = "/files/" + handle + "/preallocate?size=";
    assertDiskFull(client.post(preallocate + 5 * MIB + "&mode=full"));
    assertThat(Files.size(root.resolve("f"))).isEqualTo(MIB + 1);
    assertHolds("f", former);
    assertThat(free()).as("reserved space was freed").isEqualTo(2 * MIB);
    assertThat(client.post(preallocate + 2 * MIB + "&mode=full").status()).isEqualTo(200);
    assertHolds("f", Arrays.copyOf(former, 2 * MIB));
    assertThat(client.post(preallocate + 5 * MIB).status()).as("sparse").isEqualTo(200);
    assertThat(Files.size(root.resolve("f"))).isEqualTo(5 * MIB);
  }

  @Test
  void aFailedReservationLosesNoWriteAnsweredMeanwhile() throws Exception {
    int length = MIB / 64;
    fillBut(4 * MIB);
    for (int round = 0; round < ROUNDS; round++) {
      String handle = client.open("f", "create");
      List<Integer> answered = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
        Future<Answer> full =
            threads.submit(
                () -> client.post(
                    "/files/" + handle + "/preallocate?mode=full&size=" + 6 * MIB));
        for (int i = 0; i < 4 * MIB / length && !full.isDone(); i++) {
          if (client.writeVerified("f", i * length, Peer.bytes(i, length)).status() == 200) {
            answered.add(i);
          }
        }
        assertDiskFull(full.get());
      }
      for (int i : answered) {
        assertHolds("f", i * length, Peer.bytes(i, length));
      }
      assertThat(client.delete("f").status()).isEqualTo(200);
    }
  }

  @Test
  void filesCanBeDeletedFromAFullDisk() throws Exception {
    byte[] data = Peer.bytes(1, MIB);
    assertThat(client.writeVerified("dir/f", 0, data).status()).isEqualTo(200);
    assertThat(client.writeVerified("dir/g", 0, data).status()).isEqualTo(200);
    fillBut(0);
    assertThat(client.rename("dir/f", "dir/h").status()).isEqualTo(200);
    assertThat(client.rename("dir", "moved").status()).isEqualTo(200);
    assertHolds("moved/h", data);
    assertDiskFull(client.truncate("moved/h", 2 * MIB));
    assertHolds("moved/h", data);
    assertThat(client.truncate("moved/h", MIB / 2).status()).isEqualTo(200);
    assertThat(free()).isEqualTo(MIB / 2);
    assertThat(client.delete("moved").status()).isEqualTo(200);
    assertThat(free()).isEqualTo(2 * MIB);
    assertThat(client.query("/ops/list", "").text()).isEqualTo("[\"filler\"]");
  }
}

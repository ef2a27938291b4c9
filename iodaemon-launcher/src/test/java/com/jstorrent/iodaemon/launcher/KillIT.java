package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes that were answered with 200 are in the file, however often the process is killed. */
@Timeout(600)
class KillIT {
  private static final int ROUNDS = 50;
  private static final int MAX_ANSWERS = 24;
  private static final int WRITERS_A_WAY = 2;
  private static final int TIMEOUT_SECONDS = 60;

  /** How a piece is written; each way has its own file. */
  private enum Way {
    BY_PATH(100_000, 1),
    BY_BATCH(16 << 10, 12),
    /** Larger than what is verified and written in one step. */
    BY_HANDLE((1 << 20) + 1, 1);

    private final int pieceLength;
    private final int atOnce;

    Way(int pieceLength, int atOnce) {
      this.pieceLength = pieceLength;
      this.atOnce = atOnce;
    }
  }

  private record Piece(Way way, int number) {
    private byte[] data() {
      return Peer.bytes(((long) way.ordinal() << 32) + number, way.pieceLength);
    }

    private long offset() {
      return (long) number * way.pieceLength;
    }
  }

  private final Map<Way, AtomicInteger> next = new HashMap<>();
  private final Map<Way, Queue<Piece>> again = new HashMap<>();
  private final Queue<Piece> answered = new ConcurrentLinkedQueue<>();

  KillIT() {
    for (Way way : Way.values()) {
      next.put(way, new AtomicInteger());
      again.put(way, new ConcurrentLinkedQueue<>());
    }
  }

  @Test
  void answeredPiecesAreCompleteAfterFiftyKills(@TempDir Path root) throws Exception {
    long seed = RandomGenerator.getDefault().nextLong();
    System.out.println("KillIT: seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < ROUNDS; round++) {
      killAfter(1 + random.nextInt(MAX_ANSWERS), root);
    }
    assertThat(answered).as("no piece is written again after its answer")
        .doesNotHaveDuplicates();
    assertThat(answered).hasSizeGreaterThan(ROUNDS);
    for (Way way : Way.values()) {
      try (RandomAccessFile file = new RandomAccessFile(root.resolve(way.name()).toFile(), "r")) {
        for (Piece piece : answered) {
          if (piece.way() == way) {
            byte[] found = new byte[way.pieceLength];
            file.seek(piece.offset());
            file.readFully(found);
            assertThat(DigestUtils.sha1Hex(found))
                .as("%s, seed %d", piece, seed)
                .isEqualTo(DigestUtils.sha1Hex(piece.data()));
          }
        }
      }
    }
  }

  private void killAfter(int answers, Path root) throws Exception {
    Semaphore given = new Semaphore(0);
    List<Future<?>> writers = new ArrayList<>();
    try (DaemonProcess daemon =
        DaemonProcess.start(
            Map.of(), "--token", FileClient.TOKEN, "--root", FileClient.ROOT + "=" + root);
        FileClient client = new FileClient(daemon.port());
        ExecutorService threads = Executors.newCachedThreadPool()) {
      for (Way way : Way.values()) {
        for (int i = 0; i < WRITERS_A_WAY; i++) {
          writers.add(threads.submit(() -> write(client, way, given)));
        }
      }
      boolean enough = given.tryAcquire(answers, TIMEOUT_SECONDS, TimeUnit.SECONDS);
      assertThat(daemon.process().isAlive()).as("until it is killed").isTrue();
      daemon.process().destroyForcibly();
      for (Future<?> writer : writers) {
        writer.get();
      }
      assertThat(enough).isTrue();
      assertThat(daemon.awaitExit()).as("SIGKILL").isEqualTo(128 + 9);
    }
  }

  /** Writes piece after piece until the daemon is killed. */
  private void write(FileClient client, Way way, Semaphore given) {
    List<Piece> pieces = List.of();
    try {
      String handle = way == Way.BY_HANDLE ? client.open(way.name(), "create") : "";
      while (true) {
        pieces = take(way);
        write(client, handle, pieces);
        given.release();
        pieces = List.of();
      }
    } catch (IOException e) {
      again.get(way).addAll(pieces);
    }
  }

  private List<Piece> take(Way way) {
    List<Piece> pieces = new ArrayList<>();
    while (pieces.size() < way.atOnce) {
      Piece unanswered = again.get(way).poll();
      pieces.add(
          unanswered != null ? unanswered : new Piece(way, next.get(way).getAndIncrement()));
    }
    return pieces;
  }

  private void write(FileClient client, String handle, List<Piece> pieces) throws IOException {
    Piece first = pieces.get(0);
    String path = first.way().name();
    switch (first.way()) {
      case BY_PATH ->
          note(first, client.writeVerified(path, first.offset(), first.data()).status());
      case BY_HANDLE -> note(first, client.patch(handle, first.offset(), first.data()).status());
      case BY_BATCH -> {
        List<FileClient.Extent> extents =
            pieces.stream()
                .map(piece -> new FileClient.Extent(path, piece.offset(), piece.data()))
                .toList();
        List<Map<String, Object>> results = client.batch(extents);
        for (int i = 0; i < pieces.size(); i++) {
          note(pieces.get(i), ((Number) results.get(i).get("status")).intValue());
        }
      }
    }
  }

  private void note(Piece piece, int status) {
    assertThat(status).as("%s", piece).isEqualTo(200);
    answered.add(piece);
  }
}

package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.object;
import static com.jstorrent.iodaemon.http.Answers.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code POST /write/batch}: many writes in one body, each with an answer of its own. */
class BatchRouteTest {
  private static final int NONE = 0;
  private static final int SHA1 = 1;
  private static final int SHA256 = 2;
  private static final int HEAD_BYTES = 16;

  @TempDir
  Path folder;
  @TempDir
  Path second;
  private HttpDaemon daemon;

  @BeforeEach
  void start() throws Exception {
    daemon = new HttpDaemon(Map.of("k", folder, "zweitens/ü", second), Limits.DEFAULT);
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  private static byte[] extent(
      int kind, byte[] root, byte[] path, long offset, byte[] digest, byte[] data) {
    return ByteBuffer.allocate(
        HEAD_BYTES + root.length + path.length + digest.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) kind)
        .put((byte) root.length)
        .putShort((short) path.length)
        .putInt(data.length)
        .putLong(offset)
        .put(root)
        .put(path)
        .put(digest)
        .put(data)
        .array();
  }

  private static byte[] extent(String root, String path, long offset, byte[] data) {
    return extent(
        NONE, root.getBytes(UTF_8), path.getBytes(UTF_8), offset, new byte[0], data);
  }

  private static byte[] verified(int kind, String path, byte[] digest, byte[] data) {
    return extent(kind, "k".getBytes(UTF_8), path.getBytes(UTF_8), 0, digest, data);
  }

  private static byte[] batch(byte[]... extents) {
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    for (byte[] extent : extents) {
      batch.writeBytes(extent);
    }
    return batch.toByteArray();
  }

  private HttpResponse<byte[]> send(byte[]... extents) throws Exception {
    return daemon.post("/write/batch", batch(extents), Map.of());
  }

  private static List<Map<?, ?>> results(HttpResponse<byte[]> response) {
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
    assertThat(object(response)).containsOnlyKeys("results");
    List<Map<?, ?>> results = new ArrayList<>();
    for (Object each : (List<?>) object(response).get("results")) {
      results.add((Map<?, ?>) each);
    }
    return results;
  }

  private static void assertWritten(Map<?, ?> result) {
    assertThat(result.toString()).isEqualTo("{status=200}");
  }

  private static void assertFailed(Map<?, ?> result, long status, String error) {
    assertThat(result.get("status")).as(result.toString()).isEqualTo(status);
    Answers.assertFailure(
        Json.write(
            Map.of("error", result.get("error"), "message", result.get("message"))),
        error);
    assertThat(result).hasSize(3);
  }

  private void assertNothingWritten() throws Exception {
    try (Stream<Path> names = Stream.concat(Files.list(folder), Files.list(second))) {
      assertThat(names).isEmpty();
    }
  }

  @Test
  void manyExtentsOfSeveralRootsLandWhereTheyShould() throws Exception {
    int count = 300;
    int size = 5000;
    byte[][] extents = new byte[count][];
    for (int i = 0; i < count; i++) {
      String root = i % 2 == 0 ? "k" : "zweitens/ü";
      extents[i] = extent(root, "d/f" + i % 3 + ".ü", (long) i * size, Peer.bytes(i, size));
    }
    List<Map<?, ?>> results = results(send(extents));
    assertThat(results).hasSize(count).allSatisfy(BatchRouteTest::assertWritten);
    for (int i = 0; i < count; i++) {
      Path file = (i % 2 == 0 ? folder : second).resolve("d/f" + i % 3 + ".ü");
      byte[] content = Files.readAllBytes(file);
      assertThat(Arrays.equals(content, i * size, (i + 1) * size, Peer.bytes(i, size), 0, size))
          .as("extent " + i)
          .isTrue();
    }
  }

  @Test
  void rightAndWrongDigestsStandSideBySide() throws Exception {
    byte[] data = Peer.bytes(1, 3000);
    Files.write(folder.resolve("wrong1"), new byte[] {7});
    List<Map<?, ?>> results =
        results(
            send(
                verified(SHA1, "right1", DigestUtils.sha1(data), data),
                verified(SHA1, "wrong1", new byte[20], data),
                verified(SHA256, "right256", DigestUtils.sha256(data), data),
                verified(SHA256, "wrong256", new byte[32], data),
                verified(NONE, "none", new byte[0], data)));
    for (int i : new int[] {0, 2, 4}) {
      assertWritten(results.get(i));
    }
    assertFailed(results.get(1), 409, "EHASH");
    assertThat((String) results.get(1).get("message"))
        .startsWith("Hash mismatch: expected " + "0".repeat(40) + ", got ");
    assertFailed(results.get(3), 409, "EHASH");
    assertThat((String) results.get(3).get("message"))
        .endsWith(", got " + DigestUtils.sha256Hex(data) + ".");
    for (String right : List.of("right1", "right256", "none")) {
      assertThat(folder.resolve(right)).hasBinaryContent(data);
    }
    assertThat(folder.resolve("wrong1")).hasBinaryContent(new byte[] {7});
    assertThat(folder.resolve("wrong256")).doesNotExist();
  }

  @Test
  void anExtentThatCannotBeWrittenFailsAlone() throws Exception {
    Files.createDirectory(folder.resolve("dir"));
    Files.createFile(folder.resolve("file"));
    Files.createSymbolicLink(folder.resolve("out"), second);
    byte[] data = {1, 2, 3};
    List<Map<?, ?>> results =
        results(
            send(
                extent("k", "a", 0, data),
                extent("k", "../b", 0, data),
                extent("none", "b", 0, data),
                extent("", "b", 0, data),
                extent("k", "", 0, data),
                extent("k", "dir", 0, data),
                extent("k", "file/b", 0, data),
                extent("k", "out/b", 0, data),
                extent("k", "x".repeat(256), 0, data),
                extent("zweitens/ü", "z", 1, data)));
    assertWritten(results.get(0));
    assertFailed(results.get(1), 400, "EINVAL");
    assertFailed(results.get(2), 403, "EROOT");
    assertFailed(results.get(3), 403, "EROOT");
    assertFailed(results.get(4), 400, "EINVAL");
    assertFailed(results.get(5), 400, "EISDIR");
    assertFailed(results.get(6), 400, "ENOTDIR");
    assertFailed(results.get(7), 403, "EACCES");
    assertFailed(results.get(8), 400, "EINVAL");
    assertWritten(results.get(9));
    assertThat(folder.resolve("a")).hasBinaryContent(data);
    assertThat(second.resolve("z")).hasBinaryContent(new byte[] {0, 1, 2, 3});
    try (Stream<Path> names = Files.list(second)) {
      assertThat(names).hasSize(1);
    }
  }

  @Test
  void aBatchThatIsCutOffAnywhereIsRefusedAndNothingIsWritten() throws Exception {
    byte[][] extents = {
        extent("k", "a", 0, new byte[] {1, 2, 3}),
        verified(SHA1, "b", DigestUtils.sha1(new byte[] {4}), new byte[] {4}),
        verified(SHA256, "c", DigestUtils.sha256(new byte[] {5}), new byte[] {5}),
    };
    byte[] whole = batch(extents);
    int afterFirst = extents[0].length;
    Set<Integer> ends = Set.of(0, afterFirst, afterFirst + extents[1].length);
    for (int length = 1; length < whole.length; length++) {
      if (!ends.contains(length)) {
        HttpResponse<byte[]> response =
            daemon.post("/write/batch", Arrays.copyOf(whole, length), Map.of());
        assertThat(response.statusCode()).as("cut off at " + length).isEqualTo(400);
        assertThat(object(response)).containsEntry("error", "EINVAL");
      }
    }
    assertNothingWritten();
    assertThat(results(send(extents))).hasSize(3).allSatisfy(BatchRouteTest::assertWritten);
  }

  @Test
  void aMalformedExtentRefusesTheWholeBatchAndIsNamed() throws Exception {
    byte[] good = extent("k", "good", 0, new byte[] {1});
    byte[] longer = extent("k", "x", 0, new byte[] {1});
    Arrays.fill(longer, 4, 8, (byte) -1);
    byte[] unknownKind = extent("k", "x", 0, new byte[] {1});
    List<byte[]> malformed = new ArrayList<>(List.of(longer));
    for (int kind : new int[] {3, 127, 128, 255}) {
      byte[] unknown = unknownKind.clone();
      unknown[0] = (byte) kind;
      malformed.add(unknown);
    }
    for (long offset : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE,
        1_000_000_000_000_000_000L}) {
      malformed.add(extent("k", "x", offset, new byte[] {1}));
    }
    byte[] latin = "für".getBytes(ISO_8859_1);
    malformed.add(extent(NONE, "k".getBytes(UTF_8), latin, 0, new byte[0], new byte[1]));
    malformed.add(extent(NONE, latin, "x".getBytes(UTF_8), 0, new byte[0], new byte[1]));
    for (byte[] bad : malformed) {
      HttpResponse<byte[]> response = send(good, bad, good);
      assertThat(response.statusCode()).as(Arrays.toString(bad)).isEqualTo(400);
      assertThat(object(response)).containsEntry("error", "EINVAL");
      assertThat(Answers.message(response)).containsIgnoringCase("extent 1");
    }
    assertNothingWritten();
  }

  @Test
  void theSentenceAboutAMalformedBatchIsOne() throws Exception {
    Answers.assertFailure(send(new byte[3]), 400, "EINVAL");
  }

  @Test
  void anEmptyBatchHasNoResults() throws Exception {
    assertThat(results(send())).isEmpty();
  }

  @Test
  void anExtentWithoutDataMakesTheFile() throws Exception {
    assertWritten(results(send(extent("k", "empty", 0, new byte[0]))).get(0));
    assertThat(folder.resolve("empty")).isEmptyFile();
  }

  @Test
  void aBatchMayComeInChunks() throws Exception {
    byte[] data = Peer.bytes(9, 2_000_000);
    byte[] body = batch(extent("k", "a", 0, data), extent("k", "b", 10, data));
    HttpResponse<byte[]> response =
        daemon.send(
            daemon
                .request("/write/batch")
                .POST(
                    HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build());
    assertThat(results(response)).hasSize(2).allSatisfy(BatchRouteTest::assertWritten);
    assertThat(folder.resolve("a")).hasBinaryContent(data);
    assertThat(folder.resolve("b")).hasSize(10 + data.length);
  }
}

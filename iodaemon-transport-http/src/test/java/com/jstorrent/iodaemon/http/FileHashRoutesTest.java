package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static com.jstorrent.iodaemon.http.Answers.object;
import static com.jstorrent.iodaemon.http.Answers.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5.3: digests of files, of ranges, and of the pieces of version 1. */
class FileHashRoutesTest {
  private static final int LARGE = 20_000_000; // more than a thread hashes in one turn

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;

  private byte[] file(String name, int seed, int size) throws Exception {
    byte[] data = Peer.bytes(seed, size);
    Files.createDirectories(folder.resolve(name).getParent());
    Files.write(folder.resolve(name), data);
    return data;
  }

  private HttpResponse<byte[]> hash(String target) throws Exception {
    return daemon.get("/hash/" + target, Map.of());
  }

  private static Map<String, Object> torrentFile(String path, long length) {
    return Map.of("root_key", "k", "path", path, "length", length);
  }

  private HttpResponse<byte[]> pieces(int pieceLength, List<Map<String, Object>> files)
      throws Exception {
    return daemon.json(
        "/hash/pieces",
        Json.write(Map.of("algorithm", "sha1", "pieceLength", pieceLength, "files", files)));
  }

  /** The lines that the pieces of these bytes have. */
  private static List<String> lines(byte[] content, int pieceLength) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < content.length; i += pieceLength) {
      byte[] piece = Arrays.copyOfRange(content, i, Math.min(content.length, i + pieceLength));
      lines.add('"' + DigestUtils.sha1Hex(piece) + '"');
    }
    return lines;
  }

  @Test
  void theDigestOfAFileIsToldInHexadecimal() throws Exception {
    byte[] data = file("dir/ü +%/f", 1, LARGE);
    String sha1 = DigestUtils.sha1Hex(data);
    for (String path : List.of(
        "dir/%C3%BC%20+%25/f", "dir%2F%C3%BC%20%2B%25%2Ff", "/dir/%c3%bc%20+%25/f",
        "dir%5C%C3%BC%20+%25/f")) {
      for (String root : List.of("root_key", "root_token")) {
        HttpResponse<byte[]> response = hash("sha1/" + path + "?" + root + "=k");
        assertThat(text(response)).as(path).isEqualTo(sha1);
        assertThat(response.headers().firstValue("content-type").orElseThrow())
            .startsWith("text/plain");
      }
    }
    assertThat(text(hash("sha256/dir/%C3%BC%20+%25/f?root_key=k")))
        .isEqualTo(DigestUtils.sha256Hex(data));
  }

  @Test
  void aRangeOfAFileIsHashed() throws Exception {
    byte[] data = file("f", 2, 300_000);
    for (int[] range : new int[][] {
        {0, 300_000}, {0, 0}, {1, 131_072}, {100_000, 200_000}, {299_999, 1}, {300_000, 0}}) {
      byte[] part = Arrays.copyOfRange(data, range[0], range[0] + range[1]);
      assertThat(text(hash("sha1/f?root_key=k&offset=" + range[0] + "&length=" + range[1])))
          .isEqualTo(DigestUtils.sha1Hex(part));
    }
    assertThat(text(hash("sha256/f?root_key=k&offset=7")))
        .isEqualTo(DigestUtils.sha256Hex(Arrays.copyOfRange(data, 7, data.length)));
    assertThat(text(hash("sha1/f?root_key=k&length=7")))
        .isEqualTo(DigestUtils.sha1Hex(Arrays.copyOf(data, 7)));
  }

  @Test
  void whatCannotBeHashedIsAFailure() throws Exception {
    file("f", 3, 100);
    for (String range : List.of(
        "offset=101", "offset=0&length=101", "offset=100&length=1", "length=999999999999999999",
        "offset=999999999999999999&length=999999999999999999")) {
      assertFailure(hash("sha1/f?root_key=k&" + range), 416, "ERANGE");
    }
    assertFailure(hash("sha1/none?root_key=k"), 404, "ENOENT");
    assertFailure(hash("sha1/f?root_key=none"), 403, "EROOT");
    assertFailure(hash("sha1/f"), 400, "EINVAL");
    assertFailure(hash("sha1/?root_key=k"), 400, "EINVAL");
    assertFailure(hash("sha1/a/../f?root_key=k"), 400, "EINVAL");
    assertFailure(hash("sha1/..%2Ff?root_key=k"), 400, "EINVAL");
    assertFailure(hash("sha1/f?root_key=k&offset=-1"), 400, "EINVAL");
    assertFailure(hash("md5/f?root_key=k"), 404, "ENOENT");
  }

  @Test
  void rangesOfFilesAndHandlesAreOneDigestInTheirOrder() throws Exception {
    byte[] first = file("a", 4, 100_000);
    byte[] second = file("b", 5, LARGE);
    String handle = daemon.open("b", "r");
    String ranges =
        """
            {"algorithm":"sha256","fileRanges":[
              {"fileId":"%s","offset":9000000,"length":10000000},
              {"root_key":"k","path":"a"},
              {"root_key":"k","path":"a","offset":99990},
              {"root_key":"k","path":"a","offset":5,"length":0},
              {"fileId":"%s","length":3}]}""".formatted(handle, handle);
    byte[] whole =
        concat(
            Arrays.copyOfRange(second, 9_000_000, 19_000_000),
            first,
            Arrays.copyOfRange(first, 99_990, 100_000),
            Arrays.copyOf(second, 3));
    assertThat(object(daemon.json("/hash/from-file", ranges)))
        .containsOnlyKeys("digest")
        .containsEntry("digest", DigestUtils.sha256Hex(whole));
    assertThat(
        object(daemon.json("/hash/from-file", "{\"algorithm\":\"sha1\",\"fileRanges\":[]}")))
        .containsEntry("digest", DigestUtils.sha1Hex(new byte[0]));
  }

  private static byte[] concat(byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    byte[] whole = new byte[length];
    int position = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, whole, position, part.length);
      position += part.length;
    }
    return whole;
  }

  @Test
  void oneRangeThatCannotBeHashedFailsTheDigest() throws Exception {
    file("f", 6, 100);
    String good = "{\"algorithm\":\"sha1\",\"fileRanges\":[{\"root_key\":\"k\",\"path\":\"f\"},";
    Map<String, Integer> bad =
        Map.of(
            "{\"root_key\":\"k\",\"path\":\"f\",\"offset\":1,\"length\":100}", 416,
            "{\"root_key\":\"k\",\"path\":\"none\"}", 404,
            "{\"fileId\":\"none\"}", 404,
            "{\"root_key\":\"none\",\"path\":\"f\"}", 403,
            "{\"root_key\":\"k\",\"path\":\"f\",\"offset\":-1}", 400,
            "{\"root_key\":\"k\"}", 400,
            "{}", 400,
            "7", 400);
    for (Map.Entry<String, Integer> each : bad.entrySet()) {
      HttpResponse<byte[]> response =
          daemon.json("/hash/from-file", good + each.getKey() + "]}");
      assertThat(response.statusCode()).as(each.getKey()).isEqualTo(each.getValue());
      assertFailure(text(response), (String) object(response).get("error"));
    }
    assertFailure(
        daemon.json("/hash/from-file", "{\"algorithm\":\"md5\",\"fileRanges\":[]}"),
        400,
        "EINVAL");
  }

  @Test
  void piecesGoAcrossFilesInOrder() throws Exception {
    byte[] content =
        concat(file("a", 7, 100_000), file("b", 8, 1), file("d/c", 9, 3_000_000));
    Files.createFile(folder.resolve("empty"));
    List<Map<String, Object>> files =
        List.of(
            torrentFile("empty", 0),
            torrentFile("a", 100_000),
            torrentFile("nowhere", 0),
            torrentFile("b", 1),
            torrentFile("d/c", 3_000_000),
            torrentFile("empty", 0));
    for (int pieceLength : new int[] {16_384, 100_001, 1000, 3_100_001, 4_000_000}) {
      HttpResponse<byte[]> response = pieces(pieceLength, files);
      assertThat(response.headers().firstValue("content-type")).hasValue("application/x-ndjson");
      assertThat(text(response)).endsWith("\n");
      assertThat(text(response).lines().toList())
          .as("pieces of " + pieceLength)
          .isEqualTo(lines(content, pieceLength));
    }
  }

  @Test
  void onlyTheDeclaredBytesOfAFileCount() throws Exception {
    byte[] data = file("f", 10, 1000);
    byte[] other = file("g", 11, 500);
    assertThat(
        text(pieces(400, List.of(torrentFile("f", 600), torrentFile("g", 500)))).lines().toList())
        .isEqualTo(lines(concat(Arrays.copyOf(data, 600), other), 400));
  }

  @Test
  void aPieceWithMissingBytesIsNullAndTheOthersAreNot() throws Exception {
    byte[] first = file("a", 12, 1000);
    byte[] last = file("c", 13, 1000);
    file("short", 14, 999);
    Files.createDirectory(folder.resolve("dir"));
    for (String missing : List.of("none", "no/folder", "short", "dir")) {
      List<String> got =
          text(
              pieces(
                  500,
                  List.of(
                      torrentFile("a", 1000), torrentFile(missing, 1000), torrentFile("c", 1000))))
              .lines()
              .toList();
      assertThat(got).hasSize(6);
      assertThat(got.subList(0, 2)).isEqualTo(lines(first, 500));
      assertThat(got.get(3)).as(missing).isEqualTo("null");
      assertThat(got.subList(4, 6)).isEqualTo(lines(last, 500));
    }
    assertThat(
        text(pieces(2500, List.of(torrentFile("a", 1000), torrentFile("none", 1000)))))
        .isEqualTo("null\n");
  }

  @Test
  void noFilesAreNoPieces() throws Exception {
    HttpResponse<byte[]> response = pieces(16_384, List.of());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(pieces(16_384, List.of(torrentFile("none", 0))).body()).isEmpty();
  }

  @Test
  void piecesThatMakeNoSenseAreRefused() throws Exception {
    for (String fields : List.of(
        "\"algorithm\":\"md5\",\"pieceLength\":16384",
        "\"algorithm\":\"sha1\",\"pieceLength\":0",
        "\"algorithm\":\"sha1\",\"pieceLength\":268435457",
        "\"algorithm\":\"sha256\",\"pieceLength\":8192,\"merkle\":true",
        "\"algorithm\":\"sha256\",\"pieceLength\":49152,\"merkle\":true",
        "\"algorithm\":\"sha256\",\"pieceLength\":16384,\"merkle\":1")) {
      assertFailure(daemon.json("/hash/pieces", "{\"files\":[]," + fields + "}"), 400, "EINVAL");
    }
    assertFailure(pieces(16_384, List.of(torrentFile("../x", 1))), 400, "EINVAL");
    assertFailure(
        daemon.json(
            "/hash/pieces",
            Json.write(
                Map.of(
                    "algorithm",
                    "sha1",
                    "pieceLength",
                    1000,
                    "files",
                    List.of(Map.of("root_key", "none", "path", "f", "length", 1))))),
        403,
        "EROOT");
  }

  /** A terabyte: what is answered in time is answered before the work is done. */
  private String endless() throws Exception {
    long length = 1L << 40;
    Files.createFile(folder.resolve("huge"));
    daemon.json(
        "/ops/truncate", "{\"root_key\":\"k\",\"path\":\"huge\",\"length\":" + length + "}");
    assertThat(Files.size(folder.resolve("huge"))).isEqualTo(length);
    return Json.write(
        Map.of(
            "algorithm", "sha1",
            "pieceLength", 1 << 20,
            "files", List.of(torrentFile("huge", length))));
  }

  @Test
  void linesComeWhileTheWorkGoesOnAndItStopsWhenTheClientGoes() throws Exception {
    String body = endless();
    try (RawHttp client = daemon.raw()) {
      client.send(
          "POST /hash/pieces HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nContent-Length: "
              + body.length()
              + "\n\n"
              + body);
      RawHttp.Answer head = client.answer(false);
      assertThat(head.headers()).containsEntry("transfer-encoding", "chunked");
      assertThat(client.line()).as("the length of a chunk").matches("[0-9a-f]+");
      assertThat(client.line()).isEqualTo('"' + DigestUtils.sha1Hex(new byte[1 << 20]) + '"');
    }
    TestDaemon.await(
        "the request is over",
        () -> daemon.daemon.stats().get(Counter.HTTP_CONNECTIONS) <= 1); // the other one is idle
    assertThat(daemon.daemon.stats().get(Counter.HASHED_BYTES)).isLessThan(1L << 39);
    daemon.daemon.close();
    assertThat(daemon.daemon.stats().get(Counter.OPEN_FILES)).as("no client reads on").isZero();
  }

  @Test
  void anOldClientGetsTheLinesWithoutChunks() throws Exception {
    byte[] data = file("f", 15, 1000);
    String body =
        Json.write(
            Map.of(
                "algorithm",
                "sha1",
                "pieceLength",
                400,
                "files",
                List.of(torrentFile("f", 1000))));
    try (RawHttp client = daemon.raw()) {
      client.send(
          "POST /hash/pieces HTTP/1.0\nHost: localhost\nX-JST-Auth: tok\nContent-Length: "
              + body.length()
              + "\n\n"
              + body);
      assertThat(client.answer(false).headers())
          .doesNotContainKey("transfer-encoding")
          .doesNotContainKey("content-length");
      for (String line : lines(data, 400)) {
        assertThat(client.line()).isEqualTo(line);
      }
      assertThat(client.ended()).isTrue();
    }
  }
}

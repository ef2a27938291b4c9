package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.http.PathRoute.Answer;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import java.math.BigInteger;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Offsets and lengths of every size and spelling (PROTOCOL.md § 5): exactly those bytes, 416, or 400. */
class RouteNumbersTest {
  private static final int SIZE = 1000;
  private static final long LARGEST = 999_999_999_999_999_999L;
  private static final List<Long> PLACES =
      List.of(0L, 1L, 500L, 999L, 1000L, 1001L, (1L << 31) - 1, 1L << 31, 1L << 32, (1L << 53) + 1,
          LARGEST - SIZE, LARGEST);

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;
  private final byte[] data = Peer.bytes(7, SIZE);
  private String handle = "";

  @BeforeEach
  void start() throws Exception {
    Files.write(folder.resolve("f"), data);
    Answer opened =
        PathRoute.json(daemon, "/files/open", "\"path\":\"f\",\"mode\":\"rw\"");
    String json = opened.text().substring(opened.text().indexOf('\n') + 1);
    handle = (String) Json.readObject(json).get("fileId");
  }

  /** A way to ask for a range; null means that nothing is said. */
  private interface Ranged {
    HttpResponse<byte[]> ask(@Nullable String offset, @Nullable String length) throws Exception;
  }

  private HttpResponse<byte[]> byHeaders(@Nullable String offset, @Nullable String length)
      throws Exception {
    Map<String, String> headers = new HashMap<>();
    headers.put("X-Path-Base64", HttpDaemon.encoded("f"));
    if (offset != null) {
      headers.put("X-Offset", offset);
    }
    if (length != null) {
      headers.put("X-Length", length);
    }
    return daemon.get("/read/k", headers);
  }

  private Ranged byQuery(String target) {
    return (offset, length) -> daemon.get(
        target + (offset == null ? "" : "&offset=" + query(offset))
            + (length == null ? "" : "&length=" + query(length)),
        Map.of());
  }

  private static String query(String value) {
    return PathRoute.escaped(value.getBytes(UTF_8), "");
  }

  private HttpResponse<byte[]> byJson(@Nullable String offset, @Nullable String length)
      throws Exception {
    String range =
        (offset == null ? "" : ",\"offset\":" + offset)
            + (length == null ? "" : ",\"length\":" + length);
    return daemon.post(
        "/hash/from-file",
        ("{\"algorithm\":\"sha1\",\"fileRanges\":[{\"fileId\":\"" + handle + "\"" + range + "}]}")
            .getBytes(UTF_8),
        Map.of());
  }

  @Test
  void aRangeIsAnswered416ExactlyWhenItEndsBehindTheFile() throws Exception {
    List<Ranged> bytes =
        List.of(this::byHeaders, byQuery("/files/" + handle + "/read?x"));
    List<Ranged> digests = List.of(byQuery("/hash/sha1/f?root_key=k"), this::byJson);
    for (Long offset : PLACES) {
      for (int i = -1; i < PLACES.size(); i++) {
        Long length = i < 0 ? null : PLACES.get(i);
        boolean within = offset + (length == null ? 0 : length) <= SIZE;
        byte[] expected =
            within
                ? Arrays.copyOfRange(
                    data, offset.intValue(), length == null ? SIZE : (int) (offset + length))
                : new byte[0];
        String asked = offset + " and " + length;
        String size = length == null ? null : length.toString();
        for (Ranged route : bytes) {
          HttpResponse<byte[]> answer = route.ask(offset.toString(), size);
          assertThat(answer.statusCode()).as(asked).isEqualTo(within ? 200 : 416);
          if (within) {
            assertThat(answer.body()).as(asked).isEqualTo(expected);
          }
        }
        for (Ranged route : digests) {
          HttpResponse<byte[]> answer = route.ask(offset.toString(), size);
          assertThat(answer.statusCode()).as(asked).isEqualTo(within ? 200 : 416);
          if (within) {
            assertThat(new String(answer.body(), UTF_8)).contains(DigestUtils.sha1Hex(expected));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "-1", "-0", "+0", "+1", "--1", "1-", "1.0", "1.", ".5", "1e3", "1E3", "0x10", "010x",
          "1_000",
          "1,000", "1 000", " 1", "1 ", "\t1", "1\n", "", " ", "NaN", "Infinity", "null", "true",
          "1L",
          "\u0663", "\uff11", "\u00b2", "\u0967", "\u2160", "1\0", "0b1", "1;", "[1]", "\"1\"",
          "1000000000000000000", "9223372036854775807", "9223372036854775808",
          "-9223372036854775808",
          "18446744073709551615", "18446744073709551616", "100000000000000000000000000000000001"
      })
  void spellingsThatAreNoNumberAreAnswered400(String text) throws Exception {
    String value = query(text);
    for (String target : List.of(
        "/files/" + handle + "/read?offset=" + value, "/files/" + handle + "/read?length=" + value,
        "/hash/sha1/f?root_key=k&offset=" + value, "/hash/sha256/f?root_key=k&length=" + value)) {
      assertThat(daemon.get(target, Map.of()).statusCode()).as(target).isEqualTo(400);
    }
    HttpRequest.Builder write =
        daemon.request("/files/" + handle + "/write?offset=" + value)
            .method("PATCH", HttpRequest.BodyPublishers.ofString("x"));
    assertThat(daemon.send(write.build()).statusCode()).isEqualTo(400);
    for (String mode : List.of("sparse", "full")) {
      String target = "/files/" + handle + "/preallocate?mode=" + mode + "&size=" + value;
      assertThat(daemon.post(target, new byte[0], Map.of()).statusCode()).isEqualTo(400);
    }
    if (!text.strip().equals("1")) { // HTTP takes blanks around a value away
      for (String header : List.of("X-Offset", "X-Length")) {
        assertThat(raw("GET /read/k", header, text, "")).as(header).isEqualTo(400);
      }
      assertThat(raw("POST /write/k", "X-Offset", text, "y")).isEqualTo(400);
    }
    assertThat(folder.resolve("f")).hasBinaryContent(data);
  }

  private int raw(String request, String header, String value, String body) throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.sendExactly(
          (request + " HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: tok\r\nX-Path-Base64: "
              + HttpDaemon.encoded("f") + "\r\nContent-Length: " + body.length() + "\r\n" + header
              + ": " + new String(value.getBytes(UTF_8), ISO_8859_1) + "\r\n\r\n" + body));
      return client.answer().status();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "-1", "+1", "--1", "1.0", "1.5", "1.", ".5", "1e0", "1E3", "1e-3", "1e999", "-1e999",
          "0x10",
          "01", "1_000", "NaN", "Infinity", "-Infinity", "true", "[]", "{}", "[1]", "\"1\"", "\"\"",
          "\u0663", "\uff11", "1000000000000000000", "9223372036854775807", "9223372036854775808",
          "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "1L", ""
      })
  void jsonNumbersThatAreNoByteCountsAreAnswered400(String token) throws Exception {
    for (String number : List.of(token, token.equals("-1") ? "-" + "9".repeat(2000) : token)) {
      assertThat(byJson(number, null).statusCode()).as("offset").isEqualTo(400);
      assertThat(byJson(null, number).statusCode()).as("length").isEqualTo(400);
      for (String[] each : new String[][] {
          {"/ops/truncate", "\"path\":\"f\",\"length\":%s"},
          {"/hash/pieces", "\"algorithm\":\"sha1\",\"files\":[],\"pieceLength\":%s"},
          {"/hash/pieces",
              "\"algorithm\":\"sha1\",\"pieceLength\":1,\"files\":[{\"root_key\":\"k\",\"path\":\"f\",\"length\":%s}]"},
          {"/stream/ticket", "\"fileId\":\"" + handle + "\",\"ttlSeconds\":%s"}}) {
        Answer answer =
            PathRoute.json(
                daemon,
                each[0],
                new String(each[1].formatted(number).getBytes(UTF_8), ISO_8859_1));
        assertThat(answer.status()).as("%s: %s", each[1], answer).isEqualTo(400);
      }
    }
    assertThat(folder.resolve("f")).hasBinaryContent(data);
  }

  @Test
  void theLargestNumbersAreAnsweredByTheFileSystemAndNeverBy500() throws Exception {
    String largest = Long.toString(LARGEST);
    Map<String, String> place =
        Map.of("X-Path-Base64", HttpDaemon.encoded("huge"), "X-Offset", largest);
    assertThat(daemon.post("/write/k", new byte[1], place).statusCode()).isIn(200, 507);
    Files.deleteIfExists(folder.resolve("huge"));
    assertThat(
        PathRoute.json(daemon, "/ops/truncate", "\"path\":\"f\",\"length\":" + largest).status())
        .isIn(200, 507);
    assertThat(
        daemon.post("/files/" + handle + "/preallocate?size=" + largest, new byte[0], Map.of())
            .statusCode())
        .isIn(200, 507);
    assertThat(Files.size(folder.resolve("f"))).isIn((long) SIZE, LARGEST);
    assertThat(batch(LARGEST)).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, LARGEST + 1, -SIZE})
  void offsetsOfABatchThatCannotBeAreAnswered400(long offset) throws Exception {
    assertThat(batch(offset)).isEqualTo(400);
    assertThat(folder.resolve("f")).hasBinaryContent(data);
  }

  private int batch(long offset) throws Exception {
    ByteBuffer extent =
        ByteBuffer.allocate(20)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 0)
            .put((byte) 1)
            .putShort((short) 1)
            .putInt(2)
            .putLong(offset)
            .put((byte) 'k')
            .put((byte) 'g');
    HttpResponse<byte[]> answer = daemon.post("/write/batch", extent.array(), Map.of());
    assertThat(new String(answer.body(), UTF_8)).doesNotContain("\"status\":500");
    return answer.statusCode();
  }

  @Test
  void whateverStandsForANumberIsANumberOr400() throws Exception {
    Random random = new Random(42);
    String signs = "0123456789012345678901234567890123456789+-eE.x _,\u0663\uff11\0";
    for (int i = 0; i < 500; i++) {
      StringBuilder text = new StringBuilder();
      for (int left = random.nextInt(24); left > 0; left--) {
        text.append(signs.charAt(random.nextInt(i % 2 == 0 ? 40 : signs.length())));
      }
      String offset = text.toString();
      boolean number = offset.matches("[0-9]{1,18}");
      int expected =
          !number ? 400
              : new BigInteger(offset).compareTo(BigInteger.valueOf(SIZE)) > 0 ? 416
              : 200;
      String target = "/files/" + handle + "/read?offset=" + query(offset);
      assertThat(daemon.get(target, Map.of()).statusCode()).as(offset).isEqualTo(expected);
    }
  }
}

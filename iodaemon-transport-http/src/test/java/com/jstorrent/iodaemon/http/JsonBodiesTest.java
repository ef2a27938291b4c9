package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static com.jstorrent.iodaemon.http.Answers.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.stats.Counter;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies in JSON that are not what a route expects: refused, with a sentence that names the field. */
class JsonBodiesTest {
  private static final Object RANGES = List.of(Map.of("root_key", "k", "path", "f"));
  private static final Object FILES =
      List.of(Map.of("root_key", "k", "path", "f", "length", 10));

  /** The routes that take JSON, with bodies that they accept. */
  private static final Map<String, Map<String, Object>> ROUTES =
      Map.of(
          "/files/ensure_dir", Map.of("root_key", "k", "path", "d"),
          "/ops/delete", Map.of("root_key", "k", "path", "f"),
          "/ops/truncate", Map.of("root_key", "k", "path", "f", "length", 5),
          "/ops/rename", Map.of("root_key", "k", "path", "f", "to", "g"),
          "/files/open", Map.of("root_key", "k", "path", "g", "mode", "create"),
          "/hash/from-file", Map.of("algorithm", "sha1", "fileRanges", RANGES),
          "/hash/pieces", Map.of("algorithm", "sha1", "pieceLength", 4, "files", FILES),
          "/stream/ticket", Map.of("fileId", "none"));

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;

  @BeforeEach
  void start() throws Exception {
    Files.write(folder.resolve("f"), new byte[10]);
  }

  private void assertNothingDone() throws Exception {
    try (Stream<Path> names = Files.list(folder)) {
      assertThat(names.map(Path::getFileName).map(Path::toString)).containsExactly("f");
    }
    assertThat(folder.resolve("f")).hasSize(10);
    assertThat(daemon.daemon.stats().get(Counter.FILE_HANDLES)).isZero();
  }

  private void assertRefused(String route, Map<String, Object> fields, String field)
      throws Exception {
    HttpResponse<byte[]> response = daemon.json(route, Json.write(fields));
    assertFailure(response, 400, "EINVAL");
    assertThat(Answers.message(response)).as(route).contains('"' + field + '"');
  }

  @Test
  void aFieldThatIsMissingOrOfAnotherTypeIsNamed() throws Exception {
    for (Map.Entry<String, Map<String, Object>> route : ROUTES.entrySet()) {
      for (Map.Entry<String, Object> field : route.getValue().entrySet()) {
        String name = field.getKey();
        Map<String, Object> fields = new LinkedHashMap<>(route.getValue());
        fields.remove(name);
        assertRefused(route.getKey(), fields, name);
        fields.put(name, null);
        assertRefused(route.getKey(), fields, name);
        for (Object wrong : List.of(true, Map.of(), 7.5, "7", 7, List.of(7))) {
          boolean wellTyped =
              wrong instanceof String && field.getValue() instanceof String
                  || wrong instanceof Integer && field.getValue() instanceof Integer;
          if (!wellTyped) {
            fields.put(name, wrong);
            assertRefused(route.getKey(), fields, name);
          }
        }
      }
    }
    assertNothingDone();
  }

  @Test
  void numbersOutOfBoundsAreNamed() throws Exception {
    for (String number : List.of("-1", "1000000000000000000", "99999999999999999999", "1e400")) {
      HttpResponse<byte[]> response =
          daemon.json(
              "/ops/truncate", "{\"root_key\":\"k\",\"path\":\"f\",\"length\":" + number + "}");
      assertFailure(response, 400, "EINVAL");
      assertThat(Answers.message(response)).contains("\"length\"");
    }
    assertNothingDone();
  }

  @Test
  void optionalFieldsAreCheckedToo() throws Exception {
    assertRefused(
        "/hash/from-file",
        Map.of(
            "algorithm",
            "sha1",
            "fileRanges",
            List.of(Map.of("root_key", "k", "path", "f", "offset", "1"))),
        "offset");
    assertRefused(
        "/hash/from-file",
        Map.of("algorithm", "sha1", "fileRanges", List.of(Map.of("fileId", 1))),
        "fileId");
    assertRefused(
        "/hash/pieces",
        Map.of(
            "algorithm", "sha1", "pieceLength", 4, "merkle", "yes", "files", List.of()),
        "merkle");
    assertRefused(
        "/stream/ticket",
        Map.of("fileId", daemon.open("f", "r"), "ttlSeconds", "1"),
        "ttlSeconds");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "", " ", "{", "}", "{}{}", "{} x", "[]", "7", "null", "true", "\"text\"", "NaN", "path=f",
          "{'root_key':'k','path':'f'}", "{root_key:\"k\"}", "{\"root_key\":\"k\",}", "// x\n{}",
          "{\"path\":\"f\",\"path\":\"f\"}", "{\"path\":\"a\tb\"}",
          "{\"path\":\"\\x\"}",
          "{\"path\":01}", "{\"a\":1 \"b\":2}"})
  void whatIsNoJsonObjectIsRefused(String body) throws Exception {
    for (String route : ROUTES.keySet()) {
      HttpResponse<byte[]> response = daemon.json(route, body);
      assertFailure(response, 400, "EINVAL");
      assertThat(Answers.message(response)).as(route).contains("JSON");
    }
    assertNothingDone();
  }

  @Test
  void aKeyThatOccursTwiceIsRefusedHoweverDeep() throws Exception {
    String body =
        "{\"algorithm\":\"sha1\",\"fileRanges\":"
            + "[{\"root_key\":\"k\",\"path\":\"f\",\"path\":\"f\"}]}";
    assertFailure(daemon.json("/hash/from-file", body), 400, "EINVAL");
  }

  @Test
  void whatIsNotInUtf8IsRefused() throws Exception {
    byte[] latin = "{\"root_key\":\"k\",\"path\":\"für\"}".getBytes(ISO_8859_1);
    HttpResponse<byte[]> response = daemon.post("/files/ensure_dir", latin, Map.of());
    assertFailure(response, 400, "EINVAL");
    assertThat(Answers.message(response)).contains("UTF-8");
    assertNothingDone();
  }

  @Test
  void nestingWithoutEndIsRefused() throws Exception {
    for (String open : List.of("[", "{\"x\":")) {
      assertFailure(
          daemon.json("/files/ensure_dir", "{\"x\":" + open.repeat(100_000)), 400, "EINVAL");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\u0000", "a\\u0000b", "\\ud800", "..", "a/../b", "a//b", "a/"})
  void pathsThatCannotBeAreRefused(String path) throws Exception {
    String fields = "{\"root_key\":\"k\",\"mode\":\"create\",\"length\":1,\"to\":\"g\",\"path\":\"";
    for (String route : List.of(
        "/files/ensure_dir", "/ops/delete", "/ops/truncate", "/ops/rename", "/files/open")) {
      assertFailure(daemon.json(route, fields + path + "\"}"), 400, "EINVAL");
    }
    assertFailure(
        daemon.json(
            "/ops/rename", "{\"root_key\":\"k\",\"path\":\"f\",\"to\":\"" + path + "\"}"),
        400,
        "EINVAL");
    assertNothingDone();
  }

  @Test
  void unknownFieldsAreIgnored() throws Exception {
    HttpResponse<byte[]> response =
        daemon.json("/files/ensure_dir", "{\"new\":{},\"root_key\":\"k\",\"path\":\"d\"}");
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
    assertThat(folder.resolve("d")).isDirectory();
  }

  @Test
  void aBodyMayBeAsLongAsTheLimitAndNotLonger() throws Exception {
    byte[] fields = "{\"root_key\":\"k\",\"path\":\"d\"}".getBytes(UTF_8);
    try (RawHttp client = daemon.raw()) {
      client.send(
          "POST /files/ensure_dir HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nContent-Length: "
              + (Limits.JSON_BYTES + 1) + "\n\n");
      RawHttp.Answer refusal = client.answer();
      assertThat(refusal.status()).isEqualTo(413);
      assertThat(refusal.body()).contains("EFBIG");
    }
    assertNothingDone();
    byte[] longest = new byte[Limits.JSON_BYTES];
    Arrays.fill(longest, (byte) ' ');
    System.arraycopy(fields, 0, longest, 1, fields.length);
    assertThat(daemon.post("/files/ensure_dir", longest, Map.of()).statusCode()).isEqualTo(200);
  }
}

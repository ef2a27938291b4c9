package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges of a stream as curl asks for them (RFC 9110 § 14). */
class CurlRangeTest {
  private static final int SIZE = 3_000_000;
  private static final byte[] CONTENT = Peer.bytes(1, SIZE);

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;
  private String url;

  private record Got(int status, List<String> headers, byte[] body) {
    boolean has(String header) {
      return headers.contains(header);
    }
  }

  @BeforeEach
  void start() throws Exception {
    Program.assumeThere("curl", "--version");
    Files.write(folder.resolve("film.mp4"), CONTENT);
    url = "http://127.0.0.1:" + daemon.port() + "/stream/" + daemon.open("film.mp4", "r");
  }

  private Got curl(String... options) throws Exception {
    Path head = folder.resolve("head");
    Path body = folder.resolve("body");
    Files.deleteIfExists(body);
    List<String> command =
        new ArrayList<>(
            List.of(
                "curl", "-sS", "-H", "X-JST-Auth: tok", "-D", head.toString(), "-o",
                body.toString()));
    command.addAll(List.of(options));
    command.add(url);
    try (Program curl = Program.start(command.toArray(String[]::new))) {
      curl.awaitExit();
    }
    List<String> lines = Files.readAllLines(head, ISO_8859_1);
    return new Got(
        Integer.parseInt(lines.get(0).split(" ")[1]),
        lines.stream().map(line -> line.toLowerCase(Locale.ROOT)).toList(),
        Files.exists(body) ? Files.readAllBytes(body) : new byte[0]);
  }

  @ParameterizedTest
  @CsvSource({
      "0-0, 0, 0", "-5, 2999995, 2999999", "5-, 5, 2999999", "0-, 0, 2999999",
      "1048575-1048576, 1048575, 1048576", "2999999-, 2999999, 2999999",
      "100-9999999, 100, 2999999", "-9999999, 0, 2999999"})
  void aRangeIsAPart(String range, int start, int end) throws Exception {
    Got got = curl("-r", range);
    assertThat(got.status()).isEqualTo(206);
    assertThat(got.has("content-range: bytes " + start + "-" + end + "/" + SIZE)).isTrue();
    assertThat(got.has("content-length: " + (end - start + 1))).isTrue();
    assertThat(Arrays.equals(got.body(), Arrays.copyOfRange(CONTENT, start, end + 1))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bytes=0-0,5-9", "bytes=9-5", "bytes=x-y", "bytes=", "lines=0-0", "0-0",
          "bytes=-"})
  void severalRangesAndBadSyntaxAreTheWholeFile(String header) throws Exception {
    Got got = curl("-H", "Range: " + header);
    assertThat(got.status()).isEqualTo(200);
    assertThat(got.headers()).noneMatch(line -> line.startsWith("content-range"));
    assertThat(got.has("accept-ranges: bytes")).isTrue();
    assertThat(Arrays.equals(got.body(), CONTENT)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"3000000-", "3000000-3000001", "99999999999999999999-"})
  void aRangeBehindTheFileIs416(String range) throws Exception {
    Got got = curl("-r", range);
    assertThat(got.status()).isEqualTo(416);
    assertThat(got.has("content-range: bytes */" + SIZE)).isTrue();
    Answers.assertFailure(new String(got.body(), ISO_8859_1), "ERANGE");
  }

  @Test
  void theWholeFileIs200() throws Exception {
    Got got = curl();
    assertThat(got.status()).isEqualTo(200);
    assertThat(got.has("content-length: " + SIZE)).isTrue();
    assertThat(Arrays.equals(got.body(), CONTENT)).isTrue();
  }

  @Test
  void curlGoesOnWhereItHasStopped() throws Exception {
    Path partial = folder.resolve("partial");
    Files.write(partial, Arrays.copyOf(CONTENT, 1_234_567));
    try (Program curl =
        Program.start(
            "curl", "-sSf", "-H", "X-JST-Auth: tok", "-C", "-", "-o", partial.toString(), url)) {
      curl.awaitExit();
    }
    assertThat(Arrays.equals(Files.readAllBytes(partial), CONTENT)).isTrue();
  }

  @Test
  void curlIsNotSentAgainWhatItHas() throws Exception {
    Path tag = folder.resolve("tag");
    assertThat(curl("--etag-save", tag.toString()).status()).isEqualTo(200);
    Got known = curl("--etag-compare", tag.toString());
    assertThat(known.status()).isEqualTo(304);
    assertThat(known.body()).isEmpty();
    Files.writeString(tag, "\"other\"\n");
    assertThat(Arrays.equals(curl("--etag-compare", tag.toString()).body(), CONTENT)).isTrue();
  }
}

package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.stats.Counter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that two readers may understand differently (RFC 9112 § 11.2). Each is followed by a second request,
 * which must not be answered.
 */
class SmugglingTest {
  private static final String POST =
      "POST /hash/sha1 HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: tok\r\n";
  private static final String HIDDEN =
      "POST /write/k HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: tok\r\nX-Path-Base64: "
          + HttpDaemon.encoded("smuggled")
          + "\r\nContent-Length: 1\r\n\r\nx";

  @AutoClose
  private static final HttpFixture fixture = new HttpFixture();
  private static final Path folder = fixture.folder;
  private static final HttpDaemon daemon = fixture.daemon;

  @AfterEach
  void forget() throws Exception {
    Files.deleteIfExists(folder.resolve("smuggled"));
  }

  /** Two opinions about the length of a body; each request has room for a chunked body of nothing. */
  static Stream<String> lengths() {
    List<String> lengths =
        List.of(
            "3\r\nContent-Length: 3", "0\r\nContent-Length: 5", "5\r\nContent-Length: 0", "5, 5",
            "5, 0", "5,", ",5", "+5", "-5", "-0", "5.0", "5e0", "0x5", "0X5", "5h", "5 5", "5;",
            "\"5\"", "5_0", "", "\t", "18446744073709551616", "18446744073709551621", "4294967301x",
            "9999999999999999999", "\u00b2", "5\u000b", "5\u0000", "\u00a05");
    List<String> codings =
        List.of(
            "chunked, identity", "identity, chunked", "identity", "xchunked", "chunkedx",
            "x chunked",
            "chunked chunked", "chunked, chunked", "chunked;q=1", "chunked,", ", chunked",
            ",chunked",
            "gzip, chunked", "chunked, gzip", "gzip", "deflate", "\"chunked\"", "'chunked'",
            "chunked\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding: identity",
            "identity\r\nTransfer-Encoding: chunked", "x\r\nTransfer-Encoding: chunked", "",
            "chunked\u000b", "\u000bchunked", "chunked\u0000", "ch\u00fcnked", "\u00a0chunked",
            "chunked\r\nContent-Length: 5", "chunked\r\nContent-Length: 0",
            "chunked\r\ncontent-length: 5", "chunked\r\nContent-Length: 5, 5");
    return Stream.concat(
        lengths.stream().map(value -> "Content-Length: " + value),
        Stream.concat(
            codings.stream().map(value -> "Transfer-Encoding: " + value),
            Stream.of(
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Content-Length: 5\r\nTransfer-encoding: identity",
                "CONTENT-LENGTH: 5\r\ntransfer-ENCODING: chunked",
                "Content-Length: 5\r\nTransfer-Encoding: xchunked")));
  }

  /** Lines that one reader splits, or joins, where another does not. */
  static Stream<String> lines() {
    return Stream.of(
        "Transfer-Encoding : chunked\r\n", "Transfer-Encoding\t: chunked\r\n",
        "Content-Length : 5\r\n", " Content-Length: 5\r\n", "\tContent-Length: 5\r\n",
        "Content-Length\r\n", "Content-Length 5\r\n", ": 5\r\n", "Content_Length\u0000: 5\r\n",
        "Content-Length\u0000: 5\r\n", "\u0000Content-Length: 5\r\n", "Content-\rLength: 5\r\n",
        "Content-Length\u00a0: 5\r\n", "Content-Length:5\rX: y\r\n", "X: a\r\r\n",
        "X: y\rContent-Length: 5\r\n", "X: y\u0000Content-Length: 5\r\n",
        // obs-fold
        "X: a\r\n b\r\n", "X: a\r\n\tb\r\n", "Transfer-Encoding:\r\n chunked\r\n",
        "Content-Length:\r\n 5\r\n", "Content-Length: 5\r\n 5\r\n",
        "X: a\r\n Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\n , identity\r\n",
        // bare LF
        "X: a\n", "Content-Length: 5\n", "Transfer-Encoding: chunked\n",
        "X: a\nContent-Length: 5\r\n",
        "X: a\n Transfer-Encoding: chunked\r\n", "\n");
  }

  static Stream<String> requestLines() {
    return Stream.of(
        "GET /health HTTP/1.1\n", "GET /health HTTP/1.1\r\r\n", "GET /health\rHTTP/1.1\r\n",
        "GET /health HTTP/1.1 \r\n", "GET /health HTTP/1.1 HTTP/1.1\r\n",
        "GET\t/health\tHTTP/1.1\r\n",
        "GET /health  HTTP/1.1\r\n", " GET /health HTTP/1.1\r\n", "\nGET /health HTTP/1.1\r\n",
        "\rGET /health HTTP/1.1\r\n", "GET /health\u0000 HTTP/1.1\r\n", "GET /hea lth HTTP/1.1\r\n",
        "GET /health HTTP/1\r\n", "GET /health HTTP/1.\r\n", "GET /health HTTP/1.1.1\r\n",
        "GET /health HTTP/11\r\n", "GET /health http/1.1\r\n", "GET /health HTTP /1.1\r\n",
        "GET /health\r\n", "GET\r\n", "\r\n\r\n\r\n\r\n\r\n\r\nGET /health HTTP/1.1\r\n",
        "GET HTTP/1.1\r\n", "/health HTTP/1.1\r\n", "GET /health HTTP/1.1\u000b\r\n");
  }

  static Stream<String> chunks() {
    return Stream.of(
        "+5\r\n12345\r\n0\r\n\r\n", "-5\r\n12345\r\n0\r\n\r\n", "0x5\r\n12345\r\n0\r\n\r\n",
        " 5\r\n12345\r\n0\r\n\r\n", "5 \r\n12345\r\n0\r\n\r\n", "5\t\r\n12345\r\n0\r\n\r\n",
        "\t5\r\n12345\r\n0\r\n\r\n", "5h\r\n12345\r\n0\r\n\r\n", "5.\r\n12345\r\n0\r\n\r\n",
        "g\r\n12345\r\n0\r\n\r\n", "\r\n12345\r\n0\r\n\r\n", ";x\r\n12345\r\n0\r\n\r\n",
        "\u0665\r\n12345\r\n0\r\n\r\n", "5\u0000\r\n12345\r\n0\r\n\r\n",
        "10000000000000005\r\n12345\r\n0\r\n\r\n", "ffffffffffffffff\r\n12345\r\n0\r\n\r\n",
        "8000000000000005\r\n12345\r\n0\r\n\r\n", "0000000000000000000005\r\n12345\r\n0\r\n\r\n",
        "5\r\n123456\r\n0\r\n\r\n", "5\r\n12345\n0\r\n\r\n", "5\r\n12345\r0\r\n\r\n",
        "5\r\n123450\r\n\r\n", "5\r\n12345\r\n\r\n0\r\n\r\n", "5\n12345\r\n0\r\n\r\n",
        "5\r12345\r\n0\r\n\r\n", "5\r\n12345\r\n0\n\r\n", "5\r\n12345\r\n0\r\r\n",
        "5\r\n12345\r\n-0\r\n\r\n", "5\r\n12345\r\n0x0\r\n\r\n", "5;a\n12345\r\n0\r\n\r\n",
        "5;a\r12345\r\n0\r\n\r\n", "5;" + "x".repeat(2000) + "\r\n12345\r\n0\r\n\r\n",
        "5\r\n12345\r\n0\r\n" + "T: x\r\n".repeat(30) + "\r\n",
        "5\r\n12345\r\n0\r\nT: " + "x".repeat(2000) + "\r\n\r\n",
        "5\r\n12345\r\n0\r\nT: x\n\r\n", "5\r\n12345\r\n0\r\nT: x\r\r\n\r\n");
  }

  private static void assertOneRefusal(String request) throws Exception {
    try (RawHttp client = daemon.raw()) {
      String all = client.sendExactly(request + HIDDEN).everything();
      assertThat(all).startsWith("HTTP/1.1 400 ").contains("\r\nConnection: close\r\n");
      assertThat(all.split("HTTP/1\\.1 ", -1)).as("one answer: %s", all).hasSize(2);
    }
    assertThat(folder.resolve("smuggled")).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void lengthsOfWhichThereAreTwoOpinions(String fields) throws Exception {
    assertOneRefusal(POST + fields + "\r\n\r\n0\r\n\r\n");
  }

  @ParameterizedTest
  @MethodSource("lines")
  void linesOfWhichThereAreTwoOpinions(String line) throws Exception {
    assertOneRefusal(POST + line + "X-Last: x\r\n\r\n0\r\n\r\n");
  }

  @ParameterizedTest
  @MethodSource("requestLines")
  void requestLinesOfWhichThereAreTwoOpinions(String line) throws Exception {
    assertOneRefusal(line + "Host: localhost\r\n\r\n");
  }

  @ParameterizedTest
  @MethodSource("chunks")
  void chunksOfWhichThereAreTwoOpinions(String body) throws Exception {
    assertOneRefusal(POST + "Transfer-Encoding: chunked\r\n\r\n" + body);
  }

  @Test
  void theEndOfAHeadIsAnEmptyLineThatEndsInCrLf() throws Exception {
    assertOneRefusal("GET /health HTTP/1.1\r\nHost: localhost\r\n\n");
    assertOneRefusal("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\r\n");
    assertOneRefusal("GET /health HTTP/1.1\nHost: localhost\n\n");
  }

  /** What hides in a body with an unambiguous length is body, and what follows it is a request. */
  @ParameterizedTest
  @ValueSource(
      strings = {
          "POST /hash/sha1", "POST /files/open", "GET /health", "GET /none", "POST /health",
          "GET /ops/list?root_key=k&path="
      })
  void aRequestInsideABodyIsNoRequest(String line) throws Exception {
    long before = daemon.daemon.stats().get(Counter.HTTP_REQUESTS);
    for (String body : List.of(
        "Content-Length: " + HIDDEN.length() + "\r\n\r\n" + HIDDEN,
        "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(HIDDEN.length()) + "\r\n"
            + HIDDEN
            + "\r\n0\r\n\r\n")) {
      try (RawHttp client = daemon.raw()) {
        String all =
            client.sendExactly(
                line + " HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: tok\r\n" + body
                    + "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .everything();
        assertThat(all).endsWith("\r\n\r\nok");
        assertThat(all.split("HTTP/1\\.1 ", -1)).as(all).hasSize(3);
      }
    }
    assertThat(daemon.daemon.stats().get(Counter.HTTP_REQUESTS)).isEqualTo(before + 4);
    assertThat(folder.resolve("smuggled")).doesNotExist();
  }

  /** A body that no route has asked for is not left on the wire as the next request. */
  @ParameterizedTest
  @ValueSource(strings = {"Host: evil.test\r\nX-JST-Auth: tok\r\n", "Host: localhost\r\n"})
  void theBodyOfARefusedRequestIsNoRequest(String fields) throws Exception {
    for (String line : List.of("POST /hash/sha1", "OPTIONS /hash/sha1", "GET /io")) {
      try (RawHttp client = daemon.raw()) {
        String all =
            client.sendExactly(
                line + " HTTP/1.1\r\n" + fields + "Connection: close\r\nContent-Length: "
                    + HIDDEN.length() + "\r\n\r\n" + HIDDEN)
                .everything();
        assertThat(all.split("HTTP/1\\.1 ", -1)).as(all).hasSize(2);
      }
      assertThat(folder.resolve("smuggled")).doesNotExist();
    }
  }
}

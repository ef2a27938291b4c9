package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 § 13 on streams, which have an entity tag and no date: by handle and by ticket. */
class StreamPreconditionsTest {
  private static final byte[] CONTENT = Peer.bytes(1, 1000);
  private static final Map<String, String> DATES =
      Map.of("PAST", "Wed, 21 Oct 2015 07:28:00 GMT", "FUTURE", "Fri, 01 Jan 2100 00:00:00 GMT");

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;
  private String fileId;
  private String url;
  private String tag;

  @BeforeEach
  void start() throws Exception {
    Files.write(folder.resolve("film.mp4"), CONTENT);
    fileId = daemon.open("film.mp4", "r");
    HttpResponse<byte[]> ticket =
        daemon.json("/stream/ticket", Json.write(Map.of("fileId", fileId)));
    url = (String) Answers.object(ticket).get("url");
    tag = ask("GET", "/stream/" + fileId).headers().firstValue("ETag").orElseThrow();
  }

  /** A request that shows the token for a handle, and none for a ticket. */
  private HttpResponse<byte[]> ask(String method, String target, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        target.startsWith("/stream/t/")
            ? HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + daemon.port() + target))
            : daemon.request(target);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return daemon.send(
        request.method(method, HttpRequest.BodyPublishers.noBody()).build());
  }

  private List<String> targets() {
    return List.of("/stream/" + fileId, url);
  }

  private String filled(String condition) {
    return condition.replace("TAG", tag);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "TAG", "*", " * ", "W/TAG", "\"other\", TAG", "TAG,\"other\"", "\"a,b\", TAG", ",, TAG ,",
          "W/\"other\" ,\t W/TAG", "\"\", TAG", "\"W/\",TAG"
      })
  void whatIsKnownIsNotSentAgain(String known) throws Exception {
    for (String target : targets()) {
      for (String method : List.of("GET", "HEAD")) {
        HttpResponse<byte[]> response = ask(method, target, "If-None-Match", filled(known));
        assertThat(response.statusCode()).isEqualTo(304);
        assertThat(response.body()).isEmpty();
        HttpHeaders headers = response.headers();
        assertThat(headers.firstValue("ETag")).hasValue(tag);
        assertThat(headers.firstValue("Date")).isPresent();
        assertThat(headers.firstValue("Vary")).hasValue("Origin");
        assertThat(headers.firstValue("Cache-Control")).hasValue("no-store");
        assertThat(headers.map()).doesNotContainKeys(
            "content-length", "content-type", "content-range", "transfer-encoding", "connection");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "\"other\"", "W/\"other\"", "", ",", "\"\"", "TAG x", "x TAG", "w/TAG", "W/ TAG",
          "TAG TAG",
          "\"TAG", "'TAG'", "**", "*, TAG", "TAG, *", "TAG, unquoted"
      })
  void whatIsNotKnownIsSent(String known) throws Exception {
    for (String target : targets()) {
      HttpResponse<byte[]> response = ask("GET", target, "If-None-Match", filled(known));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo(CONTENT);
    }
  }

  @Test
  void aTagWithoutItsQuotesIsNone() throws Exception {
    String bare = tag.replace("\"", "");
    assertThat(ask("GET", url, "If-None-Match", bare).statusCode()).isEqualTo(200);
    assertThat(ask("GET", url, "If-Match", bare).statusCode()).isEqualTo(412);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TAG", "*", "\"other\" , TAG", "W/TAG, TAG", "\"a,b\",TAG"})
  void whatIsStillThereIsSent(String wanted) throws Exception {
    for (String target : targets()) {
      assertThat(ask("GET", target, "If-Match", filled(wanted)).body()).isEqualTo(CONTENT);
      assertThat(ask("HEAD", target, "If-Match", filled(wanted)).statusCode()).isEqualTo(200);
      assertThat(
          ask("GET", target, "If-Match", filled(wanted), "Range", "bytes=0-0").statusCode())
          .isEqualTo(206);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"other\"", "W/TAG", "", "TAG x", "*, TAG", "W/*", "\"other\", W/TAG"})
  void whatIsNoLongerThereIsAnswered412(String wanted) throws Exception {
    for (String target : targets()) {
      HttpResponse<byte[]> response = ask("GET", target, "If-Match", filled(wanted));
      assertFailure(response, 412, "ESTALE");
      assertThat(response.headers().firstValue("ETag")).hasValue(tag);
      assertThat(response.headers().firstValue("Cross-Origin-Resource-Policy"))
          .hasValue("cross-origin");
      assertThat(ask("HEAD", target, "If-Match", filled(wanted)).statusCode()).isEqualTo(412);
    }
  }

  /** § 13.2.2; a date is compared with none, and so is ignored. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "If-Match=TAG & If-None-Match=TAG | 304",
      "If-Match=\"other\" & If-None-Match=TAG | 412",
      "If-Match=\"other\" & If-Unmodified-Since=FUTURE | 412",
      "If-Match=TAG & If-Unmodified-Since=PAST | 200",
      "If-Unmodified-Since=PAST | 200",
      "If-Modified-Since=FUTURE | 200",
      "If-None-Match=\"other\" & If-Modified-Since=FUTURE | 200",
      "If-None-Match=TAG & If-Modified-Since=PAST | 304",
      "If-None-Match=TAG & Range=bytes=0-4 | 304",
      "If-None-Match=TAG & Range=bytes=5000- | 304",
      "If-None-Match=TAG & Range=bytes=0-4 & If-Range=TAG | 304",
      "If-None-Match=\"other\" & Range=bytes=0-4 & If-Range=TAG | 206",
      "If-None-Match=\"other\" & Range=bytes=0-4 & If-Range=\"other\" | 200",
      "If-Match=TAG & Range=bytes=5000- | 416",
      "If-Match=\"other\" & Range=bytes=5000- | 412",
      "If-Match=\"other\" & Range=bytes=0-4 & If-Range=TAG | 412",
      "If-Range=TAG | 200",
      "Range=bytes=0-4 & If-Range=FUTURE | 200",
      "Range=bytes=5000- & If-Range=TAG | 416",
      "If-None-Match=\"a\" & If-None-Match=TAG | 304",
      "If-None-Match=TAG & If-None-Match=\"a\" | 304",
      "If-None-Match=* & If-None-Match=TAG | 200",
      "If-Match=\"a\" & If-Match=TAG | 200",
      "If-Match=\"a\" & If-Match=\"b\" | 412",
  })
  void theyAreLookedAtInTheOrderOfTheStandard(String conditions, int status) throws Exception {
    String[] headers =
        Arrays.stream(conditions.strip().split(" & "))
            .flatMap(each -> Arrays.stream(each.split("=", 2)))
            .map(each -> DATES.getOrDefault(each, each))
            .map(this::filled)
            .toArray(String[]::new);
    for (String target : targets()) {
      assertThat(ask("GET", target, headers).statusCode()).isEqualTo(status);
    }
  }

  @Test
  void severalFieldsWithRangesAreSeveralRangesAndSoNone() throws Exception {
    for (String target : targets()) {
      for (String[] ranges : new String[][] {
          {"bytes=0-4", "bytes=10-14"}, {"bytes=0-4", "bytes=0-4"}, {"bytes=0-4", "bytes=5000-"},
          {"bytes=5000-", "bytes=6000-"}, {"bytes=0-4", ""}, {"", "bytes=0-4"},
          {"bytes=0-4", "rows=1-2"},
          {"bytes=0-4,10-14"}, {"bytes=0-4,"}, {"bytes=0-4, 5000-"}}) {
        String[] headers =
            Arrays.stream(ranges)
                .flatMap(each -> List.of("Range", each).stream())
                .toArray(String[]::new);
        HttpResponse<byte[]> response = ask("GET", target, headers);
        boolean one = ranges.length == 1 && ranges[0].equals("bytes=0-4,");
        assertThat(response.statusCode())
            .as(String.join(" and ", ranges))
            .isEqualTo(one ? 206 : 200);
        assertThat(response.body()).hasSize(one ? 5 : CONTENT.length);
      }
    }
  }

  @Test
  void severalIfRangesMatchNothing() throws Exception {
    HttpResponse<byte[]> response =
        ask("GET", url, "Range", "bytes=0-4", "If-Range", tag, "If-Range", tag);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(CONTENT);
  }

  @Test
  void theSessionIsNotAskedForWhatIsNotSent() throws Exception {
    try (TestClient session = daemon.session("player")) {
      String id = daemon.openFor("player", "film.mp4", "r");
      String own = ask("HEAD", "/stream/" + id).headers().firstValue("ETag").orElseThrow();
      assertThat(ask("GET", "/stream/" + id, "If-None-Match", own).statusCode()).isEqualTo(304);
      assertThat(ask("GET", "/stream/" + id, "If-Match", "\"x\"").statusCode()).isEqualTo(412);
      CompletableFuture<HttpResponse<byte[]>> player =
          daemon.later(
              daemon.request("/stream/" + id).header("Range", "bytes=7-8").build());
      DaemonFrame.RangeRequest first = session.expect(DaemonFrame.RangeRequest.class);
      assertThat(first.start()).isEqualTo(7);
      session.send(new ClientFrame.RangeAvailable(first.requestId()));
      assertThat(player.get().statusCode()).isEqualTo(206);
    }
  }

  @Test
  void whatIsNotThereIsAnswered404WhateverTheCondition() throws Exception {
    assertFailure(ask("GET", "/stream/none", "If-None-Match", "*"), 404, "ENOENT");
    assertFailure(ask("GET", "/stream/none", "If-Match", "*"), 404, "ENOENT");
  }

  @Test
  void whatIsBehind304IsTheNextAnswer() throws Exception {
    try (RawHttp raw = daemon.raw()) {
      String head = "GET /stream/" + fileId + " HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n";
      raw.send(
          head + "If-None-Match: " + tag + "\n\n" + head + "Range: bytes=0-1\n\n");
      assertThat(raw.answer().status()).isEqualTo(304);
      RawHttp.Answer part = raw.answer();
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.headers()).containsEntry("content-range", "bytes 0-1/1000");
    }
  }

  @Test
  void aPageMaySendConditionsToo() throws Exception {
    try (RawHttp raw = daemon.raw()) {
      raw.send("OPTIONS /stream/x HTTP/1.1\nHost: localhost\nOrigin: " + HttpDaemon.PAGE + "\n\n");
      assertThat(raw.answer().headers().get("access-control-allow-headers"))
          .contains("If-Match", "If-None-Match", "If-Range");
    }
  }
}

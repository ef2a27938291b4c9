package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 5.5: what the head of a stream tells a player, and keeps from a browser. */
class StreamHeadersTest {
  private static final byte[] CONTENT = Peer.bytes(1, 1000);

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;

  private String opened(String name) throws Exception {
    Files.write(folder.resolve(name), CONTENT);
    return daemon.open(name, "rw");
  }

  private HttpResponse<byte[]> stream(String id, String... headers) throws Exception {
    HttpRequest.Builder request = daemon.request("/stream/" + id);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return daemon.send(request.build());
  }

  private HttpResponse<byte[]> head(String id, String... headers) throws Exception {
    HttpRequest.Builder request =
        daemon.request("/stream/" + id).method("HEAD", HttpRequest.BodyPublishers.noBody());
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return daemon.send(request.build());
  }

  private static String tag(HttpResponse<?> response) {
    return response.headers().firstValue("ETag").orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
      "film.mp4, video/mp4",
      "film.MKV, video/x-matroska",
      "film.webm, video/webm",
      "song.mp3, audio/mpeg",
      "song.flac, audio/flac",
      "a.html.jpeg, image/jpeg",
      "film.vtt, text/vtt; charset=utf-8",
      "film.srt, text/plain; charset=utf-8",
      "readme.txt, text/plain; charset=utf-8",
  })
  void mediaHaveTheirType(String name, String type) throws Exception {
    HttpHeaders headers = stream(opened(name)).headers();
    assertThat(headers.firstValue("Content-Type")).hasValue(type);
    assertThat(headers.firstValue("Content-Disposition")).isEmpty();
    assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(headers.firstValue("Accept-Ranges")).hasValue("bytes");
    assertThat(headers.firstValue("Cross-Origin-Resource-Policy")).hasValue("cross-origin");
    assertThat(headers.firstValueAsLong("Content-Length")).hasValue(CONTENT.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "x.html", "x.HTM", "x.xhtml", "x.svg", "x.svgz", "x.xml", "x.js", "x.mjs", "x.css",
          "x.wasm", "x.swf", "x.pdf", "x.PDF", "x.ps", "x.epub", "x.xml", "x.xsl", "x.rss", "x.mht",
          "x.mhtml",
          "x.shtml", "x.ico", "x.jar", "x.rtf", "x.docx", "x.mp4.pdf", "x.mp4.html", "html",
          ".html", "x.", "x.exe", "x.mp4 "})
  void whatABrowserMightRunComesAsAnAttachment(String name) throws Exception {
    String id = opened(name);
    for (HttpResponse<byte[]> response : List.of(
        stream(id), stream(id, "Range", "bytes=0-4"), head(id))) {
      HttpHeaders headers = response.headers();
      assertThat(headers.firstValue("Content-Type")).hasValue("application/octet-stream");
      assertThat(headers.firstValue("Content-Disposition")).hasValue("attachment");
      assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
      assertThat(headers.firstValue("Content-Security-Policy").orElseThrow())
          .contains("sandbox")
          .contains("default-src 'none'");
    }
  }

  @Test
  void theTagStaysWhileBytesComeInAndChangesWithTheSize() throws Exception {
    String id = opened("film.mp4");
    String before = tag(stream(id));
    assertThat(before).matches("\"[!#-~]+\"").as("the handle is not told").doesNotContain(id);
    Files.write(folder.resolve("film.mp4"), Peer.bytes(2, CONTENT.length));
    assertThat(tag(stream(id))).isEqualTo(before);
    assertThat(tag(stream(id, "Range", "bytes=5-9"))).isEqualTo(before);
    assertThat(tag(stream(id, "Range", "bytes=5000-"))).isEqualTo(before);
    assertThat(tag(head(id))).isEqualTo(before);
    Files.write(folder.resolve("film.mp4"), new byte[CONTENT.length + 1]);
    assertThat(tag(stream(id))).isNotEqualTo(before);
    assertThat(tag(stream(opened("film.mp4")))).as("another handle").isNotEqualTo(before);
  }

  @Test
  void ifRangeGetsAPartOnlyOfWhatThePlayerKnows() throws Exception {
    String id = opened("film.mp4");
    String tag = tag(stream(id));
    HttpResponse<byte[]> part = stream(id, "Range", "bytes=10-19", "If-Range", tag);
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(CONTENT, 10, 20));
    for (String other : new String[] {
        "\"other\"", "W/" + tag, tag.replace("\"", ""), "Wed, 21 Oct 2015 07:28:00 GMT", ""}) {
      HttpResponse<byte[]> whole = stream(id, "Range", "bytes=10-19", "If-Range", other);
      assertThat(whole.statusCode()).as(other).isEqualTo(200);
      assertThat(whole.body()).isEqualTo(CONTENT);
    }
    assertThat(stream(id, "Range", "bytes=5000-", "If-Range", "\"other\"").statusCode())
        .isEqualTo(200);
    assertThat(stream(id, "If-Range", "\"other\"").statusCode()).isEqualTo(200);
  }

  @Test
  void headTellsOfTheWholeFileAndNeverWaits() throws Exception {
    Files.write(folder.resolve("film.mp4"), CONTENT);
    try (TestClient session = daemon.session("player")) {
      String id = daemon.openFor("player", "film.mp4", "r");
      for (HttpResponse<byte[]> head : List.of(
          head(id), head(id, "Range", "bytes=0-4"), head(id, "Range", "bytes=5000-"))) {
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(CONTENT.length);
        assertThat(head.headers().firstValue("Accept-Ranges")).hasValue("bytes");
        assertThat(head.headers().firstValue("Content-Type")).hasValue("video/mp4");
      }
      CompletableFuture<HttpResponse<byte[]>> player =
          daemon.later(
              daemon.request("/stream/" + id).header("Range", "bytes=7-8").build());
      DaemonFrame.RangeRequest first = session.expect(DaemonFrame.RangeRequest.class);
      assertThat(first.start()).as("nothing was asked for HEAD").isEqualTo(7);
      session.send(new ClientFrame.RangeAvailable(first.requestId()));
      assertThat(player.get().statusCode()).isEqualTo(206);
    }
    assertFailureOfHead("none");
  }

  private void assertFailureOfHead(String id) throws Exception {
    assertThat(head(id).statusCode()).isEqualTo(404);
    assertFailure(stream(id), 404, "ENOENT");
  }

  @Test
  void anEmptyFileIsStreamedAsAWhole() throws Exception {
    Files.createFile(folder.resolve("film.mp4"));
    String id = daemon.open("film.mp4", "r");
    HttpResponse<byte[]> whole = daemon.get("/stream/" + id, Map.of());
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.body()).isEmpty();
    HttpResponse<byte[]> part = stream(id, "Range", "bytes=0-");
    assertFailure(part, 416, "ERANGE");
    assertThat(part.headers().firstValue("Content-Range")).hasValue("bytes */0");
  }
}

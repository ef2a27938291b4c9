package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.assertFailure;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which method of which path is a route of PROTOCOL.md § 5, and how the others are answered. */
class RouteMatchingTest {
  @AutoClose
  private static final HttpFixture fixture = new HttpFixture();
  private static final Path folder = fixture.folder;
  private static final HttpDaemon daemon = fixture.daemon;

  @BeforeAll
  static void start() throws Exception {
    Files.createFile(folder.resolve("f"));
  }

  private static HttpResponse<byte[]> ask(String method, String target) throws Exception {
    return daemon.send(
        daemon.request(target).method(method, HttpRequest.BodyPublishers.noBody()).build());
  }

  @ParameterizedTest
  @CsvSource({
      "GET, /write/batch, POST",
      "PATCH, /write/batch, POST",
      "GET, /write/k, POST",
      "POST, /read/k, 'GET, HEAD'",
      "GET, /files/ensure_dir, POST",
      "POST, /ops/stat, 'GET, HEAD'",
      "POST, /ops/list, 'GET, HEAD'",
      "GET, /ops/delete, POST",
      "DELETE, /ops/delete, POST",
      "GET, /ops/truncate, POST",
      "GET, /ops/rename, POST",
      "POST, /roots, 'GET, HEAD'",
      "POST, /metrics, 'GET, HEAD'",
      "POST, /network/interfaces, 'GET, HEAD'",
      "GET, /files/open, POST",
      "PUT, /files/open, POST",
      "POST, /files/x/read, 'GET, HEAD'",
      "POST, /files/x/write, PATCH",
      "PUT, /files/x/write, PATCH",
      "GET, /files/x/flush, POST",
      "GET, /files/x/preallocate, POST",
      "GET, /files/x/close, POST",
      "DELETE, /files/x/close, POST",
      "GET, /hash/sha1, POST",
      "GET, /hash/sha256, POST",
      "POST, /hash/sha1/x, 'GET, HEAD'",
      "POST, /hash/sha256/x/y, 'GET, HEAD'",
      "GET, /hash/from-file, POST",
      "GET, /hash/pieces, POST",
      "POST, /stream/x, 'GET, HEAD'",
      "DELETE, /stream/ticket, 'GET, HEAD, POST'",
      "POST, /health, 'GET, HEAD'",
  })
  void aRouteWithAnotherMethodIs405AndTellsWhichItHas(String method, String target, String allow)
      throws Exception {
    HttpResponse<byte[]> response = ask(method, target);
    assertFailure(response, 405, "EINVAL");
    assertThat(response.headers().allValues("Allow")).containsExactly(allow);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "/files", "/files/", "/files/open/x", "/files/x/read/", "/ops", "/ops/stat/",
          "/write",
          "/write/a/b", "/read", "/stream", "/stream/", "/stream/t", "/stream/t/x",
          "/stream/t/x/y/z", "/stream/ticket", "/stream/x/y", "/hash/md5", "/hash", "/FILES/open",
          "/roots/k", "/health/"})
  void whatIsNoRouteIs404(String target) throws Exception {
    assertFailure(ask("GET", target), 404, "ENOENT");
  }

  @ParameterizedTest
  @CsvSource({
      "POST, /write/batch", "POST, /files/ensure_dir", "GET, /ops/stat?path=f&root_key=k",
      "GET, /ops/list?path=&root_key=k", "POST, /ops/delete", "POST, /ops/truncate",
      "POST, /ops/rename", "GET, /roots", "GET, /metrics", "GET, /network/interfaces",
      "POST, /files/open",
      "GET, /files/x/read", "PATCH, /files/x/write", "POST, /files/x/flush",
      "POST, /files/x/preallocate?size=1", "POST, /files/x/close", "GET, /hash/sha1/f?root_key=k",
      "GET, /hash/sha256/f?root_key=k", "POST, /hash/from-file", "POST, /hash/pieces",
      "GET, /stream/x", "POST, /stream/ticket", "GET, /write/batch", "GET, /none"})
  void everyRouteNeedsTheToken(String method, String target) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + daemon.port() + target))
            .method(
                method,
                HttpRequest.BodyPublishers.ofString(
                    method.equals("GET") ? "" : "{\"root_key\":\"k\",\"path\":\"f\"}"))
            .build();
    assertFailure(daemon.send(request), 401, "EAUTH");
    assertThat(folder.resolve("f")).exists();
  }

  @Test
  void whatLooksLikeARouteBehindAVariableIsNone() throws Exception {
    assertFailure(ask("GET", "/read/batch"), 400, "EINVAL");
    assertThat(ask("GET", "/hash/sha1/sha256?root_key=k").statusCode()).isEqualTo(404);
    assertThat(ask("GET", "/hash/sha1/f?root_key=k").statusCode()).isEqualTo(200);
  }
}

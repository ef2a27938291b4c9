package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the status page (PROTOCOL.md § 2): for all clients, and the same for each of them. */
class StatusPageTest {
  private static final Pattern REFERENCES =
      Pattern.compile("(?:href|src)=\"([^\"]+)\"|from '\\.(/[^']+)'");

  @AutoClose
  private static final HttpFixture fixture = new HttpFixture();
  private static final Path folder = fixture.folder;
  private static final HttpDaemon daemon = fixture.daemon;

  private static RawHttp.Answer ask(HttpDaemon whom, String method, String path, String headers)
      throws Exception {
    try (RawHttp client = whom.raw()) {
      client.send(method + " " + path + " HTTP/1.1\nHost: localhost\n" + headers + "\n");
      return client.answer(!method.equals("HEAD"));
    }
  }

  private static RawHttp.Answer get(String path) throws Exception {
    return ask(daemon, "GET", path, "");
  }

  @ParameterizedTest
  @CsvSource({
      "/, text/html; charset=utf-8",
      "/status/style.css, text/css; charset=utf-8",
      "/status/main.js, text/javascript; charset=utf-8",
      "/status/icon.svg, image/svg+xml"})
  void aFileNeedsNoTokenAndHasTheseHeadersAndNoOthers(String path, String type) throws Exception {
    RawHttp.Answer answer = get(path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isNotEmpty();
    Map<String, String> headers = new HashMap<>(answer.headers());
    assertThat(headers.remove("date")).isNotEmpty();
    assertThat(headers.remove("content-length"))
        .isEqualTo(Integer.toString(answer.body().getBytes(UTF_8).length));
    assertThat(headers)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "content-type", type,
                "content-security-policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                    + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'; trusted-types 'none'",
                "x-frame-options", "DENY",
                "referrer-policy", "no-referrer",
                "x-content-type-options", "nosniff",
                "cross-origin-resource-policy", "same-origin",
                "cross-origin-opener-policy", "same-origin",
                "cache-control", "no-store",
                "vary", "Origin"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/status/main.js"})
  void headTellsTheSameAndSendsNothing(String path) throws Exception {
    Map<String, String> got = new TreeMap<>(get(path).headers());
    Map<String, String> told = new TreeMap<>(ask(daemon, "HEAD", path, "").headers());
    got.remove("date");
    told.remove("date");
    assertThat(told).isEqualTo(got);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/status/main.js"})
  void nothingCanBePostedToAFile(String path) throws Exception {
    String body = "Content-Length: 0\n";
    assertThat(ask(daemon, "POST", path, body).status()).isEqualTo(401);
    RawHttp.Answer answer = ask(daemon, "POST", path, body + "X-JST-Auth: tok\n");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.headers()).containsEntry("allow", "GET, HEAD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/status", "/status/", "/status/index.html", "/status/none.js",
      "/status/..%2Fmain.js", "/index.html", "/favicon.ico"})
  void noOtherPathAnswersWithoutTheToken(String path) throws Exception {
    assertThat(get(path).status()).isEqualTo(401);
    assertThat(ask(daemon, "GET", path, "X-JST-Auth: tok\n").status()).isEqualTo(404);
  }

  /** Follows the names in the files, so that none that the page needs is missing. */
  private static Map<String, String> everyFile(HttpDaemon whom, String headers) throws Exception {
    Map<String, String> files = new TreeMap<>();
    collect(whom, headers, "/", files);
    return files;
  }

  private static void collect(
      HttpDaemon whom, String headers, String path, Map<String, String> files) throws Exception {
    RawHttp.Answer answer = ask(whom, "GET", path, headers);
    assertThat(answer.status()).as(path).isEqualTo(200);
    files.put(path, answer.body());
    for (MatchResult found : REFERENCES.matcher(answer.body()).results().toList()) {
      String next = found.group(1) == null ? "/status" + found.group(2) : found.group(1);
      if (!files.containsKey(next)) {
        collect(whom, headers, next, files);
      }
    }
  }

  @Test
  void theFilesAreTheSameForEveryDaemonAndEveryClient() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    Map<String, String> files = everyFile(daemon, "");
    assertThat(files).containsKeys("/", "/status/chart.js").hasSizeGreaterThan(5);
    try (HttpDaemon another = new HttpDaemon(Map.of("second", other), Limits.DEFAULT)) {
      another.session("a session");
      assertThat(everyFile(another, "X-JST-Auth: tok\n")).isEqualTo(files);
    }
  }

  /** Chromium sends Origin with what its own page posts. */
  @Test
  void thePageMayPostFromItsOwnPortOnly() throws Exception {
    String post = "X-JST-Auth: tok\nContent-Length: 0\nOrigin: http://%s:%d\n";
    for (String host : new String[] {"127.0.0.1", "localhost"}) {
      assertThat(
          ask(daemon, "POST", "/hash/sha1", post.formatted(host, daemon.port())).headers())
          .containsEntry(
              "access-control-allow-origin", "http://" + host + ":" + daemon.port());
      int another = daemon.port() ^ 1;
      assertThat(ask(daemon, "POST", "/hash/sha1", post.formatted(host, another)).headers())
          .doesNotContainKey("access-control-allow-origin");
    }
  }
}

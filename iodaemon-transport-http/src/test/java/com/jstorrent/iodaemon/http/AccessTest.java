package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 2 from outside: who gets in, in which order the checks are made, and who may see the answers. */
class AccessTest {
  @AutoClose
  private static final HttpFixture fixture = new HttpFixture();
  private static final Path folder = fixture.folder;
  private static final HttpDaemon daemon = fixture.daemon;

  private static RawHttp.Answer ask(String request) throws Exception {
    try (RawHttp client = daemon.raw()) {
      return client.send(request).answer();
    }
  }

  @Test
  void healthTellsOnlyOkAndNeedsNoToken() throws Exception {
    RawHttp.Answer answer = ask("GET /health HTTP/1.1\nHost: localhost\n\n");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.test", "127.0.0.1.evil.test", "localhost:1", ""})
  void foreignHostsAreRefusedOnEveryRouteAndToldWhatToDo(String host) throws Exception {
    RawHttp.Answer answer = ask("GET /health HTTP/1.1\nHost: " + host + "\n\n");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.body()).contains("127.0.0.1, localhost or [::1]");
  }

  @Test
  void aMissingHostIsRefused() throws Exception {
    assertThat(ask("GET /health HTTP/1.1\n\n").status()).isEqualTo(403);
  }

  @Test
  void noRouteWithDataAnswersWithoutTheToken() throws Exception {
    List<String> requests =
        List.of(
            "GET /stats", "GET /read/k", "HEAD /read/k", "POST /write/k", "POST /hash/sha1",
            "POST /hash/sha256", "GET /metrics", "GET /none", "DELETE /health/x", "PUT /stats");
    for (String request : requests) {
      for (String credential : List.of("", "X-JST-Auth: wrong\n", "Authorization: Bearer wrong\n",
          "Authorization: tok\n",
          "X-JST-Auth: tok\nX-JST-Auth: tok\n")) {
        try (RawHttp client = daemon.raw()) {
          client.send(
              request + "?token=tok HTTP/1.1\nHost: localhost\nX-Path-Base64: eA==\n" + credential
                  + "Content-Length: 0\n\n");
          assertThat(client.answer(!request.startsWith("HEAD")).status())
              .as(request + " " + credential)
              .isEqualTo(401);
        }
      }
    }
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void bothHeadersCarryTheToken() throws Exception {
    for (String header : List.of(
        "X-JST-Auth: tok", "x-jst-auth:tok", "Authorization: Bearer tok",
        "X-JST-Auth: tok\nAuthorization: Basic eDp5",
        "X-JST-Auth: tok\nAuthorization: Bearer wrong")) {
      assertThat(ask("GET /stats HTTP/1.1\nHost: localhost\n" + header + "\n\n").status())
          .as(header)
          .isEqualTo(200);
    }
  }

  /** RFC 9110 § 11.1 and § 11.4. */
  @ParameterizedTest
  @ValueSource(
      strings = {
          "Bearer tok", "bearer tok", "BEARER tok", "bEaReR tok", "Bearer  tok", "BEARER     tok",
          "  Bearer tok \t", "\tbearer tok"
      })
  void schemesAreComparedWithoutCaseAndAnySpacesFollow(String credentials) throws Exception {
    String request = " HTTP/1.1\nHost: localhost\nAuthorization:" + credentials + "\n";
    assertThat(ask("GET /stats" + request + "\n").status()).isEqualTo(200);
    assertThat(ask("GET /io" + request + "Upgrade: echo\nConnection: Upgrade\n\n").headers())
        .containsEntry("x-authenticated", "true");
  }

  @Test
  void knownRoutesWithOtherMethodsAreAnswered405() throws Exception {
    RawHttp.Answer answer =
        ask("POST /stats HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nContent-Length: 0\n\n");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.headers()).containsEntry("allow", "GET, HEAD");
  }

  @Test
  void pagesOfAllowedOriginsMaySeeAnswersAndOthersMayNot() throws Exception {
    RawHttp.Answer allowed =
        ask("GET /health HTTP/1.1\nHost: localhost\nOrigin: " + HttpDaemon.PAGE + "\n\n");
    assertThat(allowed.headers())
        .containsEntry("access-control-allow-origin", HttpDaemon.PAGE)
        .containsEntry("vary", "Origin")
        .containsEntry(
            "access-control-expose-headers", "Content-Range, Accept-Ranges, Content-Length, ETag")
        .doesNotContainKey("access-control-allow-credentials");
    for (String origin : List.of("null", "https://evil.test", HttpDaemon.PAGE + ".evil.test",
        "*")) {
      RawHttp.Answer refused =
          ask("GET /health HTTP/1.1\nHost: localhost\nOrigin: " + origin + "\n\n");
      assertThat(refused.status()).isEqualTo(200);
      assertThat(refused.headers()).containsEntry("vary", "Origin");
      assertThat(refused.headers().keySet()).noneMatch(name -> name.startsWith("access-control"));
    }
  }

  @Test
  void preflightsOfAllowedOriginsAreAnsweredWithoutTheToken() throws Exception {
    String request =
        "OPTIONS /write/k HTTP/1.1\nHost: localhost\nAccess-Control-Request-Method: POST\nOrigin: ";
    RawHttp.Answer allowed = ask(request + HttpDaemon.PAGE + "\n\n");
    assertThat(allowed.status()).isEqualTo(204);
    assertThat(allowed.headers())
        .containsEntry("access-control-allow-origin", HttpDaemon.PAGE)
        .containsEntry(
            "access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        .containsEntry("access-control-max-age", "86400")
        .doesNotContainKey("access-control-allow-private-network");
    assertThat(allowed.headers().get("access-control-allow-headers"))
        .contains("X-JST-Auth", "X-Path-Base64", "X-Expected-SHA1", "Range", "Content-Type");
    RawHttp.Answer refused = ask(request + "https://evil.test\n\n");
    assertThat(refused.headers().keySet()).noneMatch(name -> name.startsWith("access-control"));
  }

  @Test
  void privateNetworkAccessIsGrantedOnlyWhenAskedByAnAllowedOrigin() throws Exception {
    String request =
        "OPTIONS /stats HTTP/1.1\nHost: localhost\nAccess-Control-Request-Method: GET\n"
            + "Access-Control-Request-Private-Network: true\nOrigin: ";
    assertThat(ask(request + HttpDaemon.PAGE + "\n\n").headers())
        .containsEntry("access-control-allow-private-network", "true");
    assertThat(ask(request + "https://evil.test\n\n").headers())
        .doesNotContainKey("access-control-allow-private-network");
  }

  @Test
  void upgradesAreCheckedBefore101() throws Exception {
    String request = "GET /io HTTP/1.1\nHost: %s\nUpgrade: echo\nConnection: Upgrade\n%s\n";
    assertThat(ask(request.formatted("evil.test", "")).status()).isEqualTo(403);
    assertThat(ask(request.formatted("localhost", "Origin: https://evil.test\n")).status())
        .isEqualTo(403);
    assertThat(ask(request.formatted("localhost", "Origin: null\n")).status()).isEqualTo(403);
    assertThat(ask(request.formatted("localhost", "X-JST-Auth: wrong\n")).status()).isEqualTo(401);
    assertThat(ask("GET /io HTTP/1.1\nHost: localhost\n\n").status()).isEqualTo(426);
    assertThat(ask("POST" + request.substring(3).formatted("localhost", "")).status())
        .isEqualTo(405);
    assertThat(ask(request.formatted("localhost", "Origin: " + HttpDaemon.PAGE + "\n")).headers())
        .containsEntry("x-authenticated", "false");
    assertThat(ask(request.formatted("localhost", "X-JST-Auth: tok\n")).headers())
        .containsEntry("x-authenticated", "true");
  }

  @Test
  void theFourthWrongTokenWaitsAndARightOneOrNoneDoesNot() throws Exception {
    Limits patient = Limits.builder().failureDelay(Duration.ofHours(1)).build();
    String request = "GET %s HTTP/1.1\nHost: localhost\n%s\n";
    try (HttpDaemon strict = new HttpDaemon(folder, patient);
        RawHttp guessing = strict.raw();
        RawHttp upgrading = strict.raw();
        RawHttp owner = strict.raw()) {
      for (int i = 0; i < Limits.FREE_FAILURES; i++) {
        guessing.send(request.formatted("/stats", "X-JST-Auth: wrong\n"));
        assertThat(guessing.answer().status()).isEqualTo(401);
      }
      guessing.send(request.formatted("/stats", "X-JST-Auth: wrong\n"));
      upgrading.send(
          request.formatted("/io", "X-JST-Auth: wrong\nUpgrade: echo\nConnection: Upgrade\n"));
      TestDaemon.await(
          "the guesses", () -> strict.daemon.stats().get(Counter.AUTH_FAILURES) == 5);
      owner.send(request.formatted("/stats", "X-JST-Auth: tok\n"));
      assertThat(owner.answer().status()).isEqualTo(200);
      owner.send(request.formatted("/stats", ""));
      assertThat(owner.answer().status()).isEqualTo(401);
      owner.send(request.formatted("/health", "X-JST-Auth: wrong\n"));
      assertThat(owner.answer().status()).isEqualTo(200);
      assertThat(guessing.hasInput()).isFalse();
      assertThat(upgrading.hasInput()).isFalse();
    }
  }

  @Test
  void bytesBehindTheUpgradeInTheSamePacketAreNotLost() throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send(
          "GET /health HTTP/1.1\nHost: localhost\n\n"
              + "GET /io HTTP/1.1\nHost: localhost\nUpgrade: echo\nConnection: Upgrade\n\nearly");
      assertThat(client.answer().body()).as("on a kept-alive connection").isEqualTo("ok");
      assertThat(client.answer().status()).isEqualTo(101);
      assertThat(client.read(5)).isEqualTo("early".getBytes(StandardCharsets.US_ASCII));
      assertThat(client.send("later").read(5))
          .isEqualTo("later".getBytes(StandardCharsets.US_ASCII));
    }
  }

  /**
   * PROTOCOL.md § 2: there is nothing to guard in it, and clients of files wait for many of them.
   */
  @Test
  void anEmptySuccessForAProgramHasAShortHead() throws Exception {
    String ping = HttpDaemon.writeHead("f") + "Content-Length: 1\n%s\nx";
    assertThat(ask(ping.formatted("")).headers()).containsOnlyKeys("date", "content-length");
    assertThat(ask(ping.formatted("Origin: " + HttpDaemon.PAGE + "\n")).headers())
        .containsEntry("x-content-type-options", "nosniff")
        .containsEntry("vary", "Origin")
        .containsEntry("access-control-allow-origin", HttpDaemon.PAGE);
    assertThat(ask(ping.replace("/k", "/none").formatted("")).headers())
        .containsEntry("x-content-type-options", "nosniff");
  }

  @Test
  void whatHasContentIsClosedToSniffingAndCaching() throws Exception {
    assertThat(ask("GET /none HTTP/1.1\nHost: localhost\n\n").headers())
        .containsEntry("x-content-type-options", "nosniff")
        .containsEntry("cache-control", "no-store")
        .containsKey("date");
  }
}

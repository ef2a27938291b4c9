package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.stats.Counter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PROTOCOL.md § 2, {@code Host}: a name that an attacker points at 127.0.0.1 (DNS rebinding) gets nothing from any
 * endpoint, not even with the right token.
 */
class HostHeaderTest {
  /** With a write as the route that needs a token, so that it would show. */
  private static final List<String> ENDPOINTS =
      List.of(
          "GET /health", "HEAD /health", "GET /stats", "POST /write/k", "OPTIONS /write/k",
          "GET /io",
          "GET /stream/t/0123456789abcdef0123456789abcdef/x.mp4", "GET /none", "GET /");

  private static final List<String> CREDENTIALS =
      List.of("", "X-JST-Auth: tok\n", "Authorization: Bearer tok\n");

  @AutoClose
  private static final HttpFixture fixture = new HttpFixture();
  private static final Path folder = fixture.folder;
  private static final HttpDaemon daemon = fixture.daemon;

  /** PORT stands for the daemon's port; each is asked with and without the token. */
  private static void assertRefused(String target, String hostLines, int status) throws Exception {
    for (String endpoint : ENDPOINTS) {
      for (String credential : CREDENTIALS) {
        String request =
            endpoint.replace(" /", " " + target) + " HTTP/1.1\n" + hostLines + credential
                + "Origin: " + HttpDaemon.PAGE + "\nX-Path-Base64: " + HttpDaemon.encoded("written")
                + "\nUpgrade: echo\nConnection: Upgrade\nAccess-Control-Request-Method: POST\n\n";
        try (RawHttp client = daemon.raw()) {
          String answer =
              client.send(request.replace("PORT", Integer.toString(daemon.port()))).everything();
          assertThat(answer).as(request)
              .startsWith("HTTP/1.1 " + status)
              .contains("Connection: close");
        }
      }
    }
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "evil.test", "evil.test:PORT", "127.0.0.1.evil.test", "127.0.0.1.evil.test:PORT",
          "localhost.evil.test:PORT", "evil.test.localhost:PORT", "sub.localhost", "localhost:1",
          "127.0.0.1:80", "[::1]:1", "localhost:", "localhost:0PORT", "localhost:PORT1",
          "localhost:+PORT", "localhost:PORT:PORT", "localhost.", "localhost.:PORT", "127.0.0.1.",
          "LOCALHOST.", "127.0.0.2", "0.0.0.0:PORT", "127.1", "127.000.000.001", "2130706433",
          "0x7f000001", "0177.0.0.1", "::1", "[::1", "[::1].", "[0:0:0:0:0:0:0:1]:PORT",
          "[::ffff:127.0.0.1]:PORT", "user@localhost:PORT", "localhost:PORT@evil.test",
          "evil.test@127.0.0.1", "http://localhost", "localhost/", "localhost evil.test",
          "evil.test localhost", "localhost, evil.test", "localhost,localhost", "\u0142ocalhost",
          "local%68ost", "\"localhost\"", "*", ""
      })
  void namesThatAreNotOursAreRefused(String host) throws Exception {
    assertRefused("/", "Host: " + host + "\n", 403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "", "X-Forwarded-Host: localhost\n", "Forwarded: host=localhost\n",
          "X-Host: localhost\n", ":authority\n"
      })
  void noHostIsNoneOfOurs(String lines) throws Exception {
    assertRefused("/", lines, lines.startsWith(":") ? 400 : 403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "Host: localhost\nHost: localhost\n", "Host: localhost\nHost: evil.test\n",
          "Host: evil.test\nHost: localhost\n", "Host: localhost\nhost: 127.0.0.1:PORT\n",
          "Host:\nHost: localhost\n", "Host: localhost\n evil.test\n", "Host : localhost\n"
      })
  void hostsThatTwoReadersMaySeeDifferentlyAreRefused(String lines) throws Exception {
    assertRefused("/", lines, 400);
  }

  /** RFC 9112 § 3.2.2: the name in such a target counts, and not the one in Host. */
  @ParameterizedTest
  @ValueSource(
      strings = {
          "http://evil.test/", "http://evil.test:PORT/", "http://localhost/",
          "http://127.0.0.1:PORT/",
          "HTTP://evil.test/", "https://localhost/", "http://user@evil.test/",
          "http://localhost@evil.test/", "http://localhost:PORT@evil.test/", "//evil.test/",
          "user@evil.test/", "evil.test:PORT/", "\\\\evil.test/", "http:/", "ws://localhost:PORT/"
      })
  void targetsThatNameAHostThemselvesAreRefused(String target) throws Exception {
    assertRefused(target, "Host: localhost\n", 400);
    assertRefused(target, "Host: evil.test\n", 400);
  }

  @Test
  void anAuthorityOnlyIsNoTarget() throws Exception {
    for (String target : List.of("localhost:PORT", "evil.test:443", "127.0.0.1:PORT")) {
      try (RawHttp client = daemon.raw()) {
        client.send("CONNECT " + target + " HTTP/1.1\nHost: " + target + "\nX-JST-Auth: tok\n\n");
        assertThat(client.answer().status()).isEqualTo(400);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "localhost", "localhost:PORT", "127.0.0.1", "127.0.0.1:PORT", "[::1]", "[::1]:PORT",
          "LOCALHOST", "LocalHost:PORT", "  localhost  ", "\tlocalhost:PORT\t"
      })
  void ourNamesAreServedWithOurPortAndWithout(String host) throws Exception {
    String lines =
        "Host: " + host.replace("PORT", Integer.toString(daemon.port())) + "\nX-JST-Auth: tok\n";
    try (RawHttp client = daemon.raw()) {
      assertThat(client.send("GET /health HTTP/1.1\n" + lines + "\n").answer().status())
          .isEqualTo(200);
      assertThat(client.send("GET /stats HTTP/1.1\n" + lines + "\n").answer().status())
          .isEqualTo(200);
      assertThat(client.send("OPTIONS /stats HTTP/1.1\n" + lines + "\n").answer().status())
          .isEqualTo(204);
      client.send("GET /io HTTP/1.1\n" + lines + "Upgrade: echo\nConnection: Upgrade\n\n");
      assertThat(client.answer().status()).isEqualTo(101);
    }
  }

  /** The check of the name comes first, so that a stranger cannot even try tokens. */
  @Test
  void theNameIsCheckedBeforeTheTokenAndNothingIsCounted() throws Exception {
    long failures = daemon.daemon.stats().get(Counter.AUTH_FAILURES);
    try (RawHttp client = daemon.raw()) {
      client.send("GET /stats HTTP/1.1\nHost: evil.test\nX-JST-Auth: wrong\n\n");
      RawHttp.Answer wrong = client.answer();
      try (RawHttp other = daemon.raw()) {
        other.send("GET /stats HTTP/1.1\nHost: evil.test\nX-JST-Auth: tok\n\n");
        RawHttp.Answer right = other.answer();
        assertThat(wrong.status()).isEqualTo(403).isEqualTo(right.status());
        assertThat(wrong.body()).isEqualTo(right.body());
      }
    }
    assertThat(daemon.daemon.stats().get(Counter.AUTH_FAILURES)).isEqualTo(failures);
  }
}

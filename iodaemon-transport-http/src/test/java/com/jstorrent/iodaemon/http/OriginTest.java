package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 2, {@code Origin} and CORS: header by header, and nothing more than those. */
class OriginTest {
  private static final Map<String, String> SEEN =
      Map.of(
          "access-control-expose-headers", "Content-Range, Accept-Ranges, Content-Length, ETag");
  private static final Map<String, String> PREFLIGHT =
      Map.of(
          "access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
          "access-control-max-age", "86400");

  @AutoClose
  private static final HttpFixture fixture = new HttpFixture();
  private static final Path folder = fixture.folder;
  private static final HttpDaemon daemon = fixture.daemon;

  private static RawHttp.Answer ask(String line, String fields) throws Exception {
    try (RawHttp client = daemon.raw()) {
      return client.send(
          (line + " HTTP/1.1\nHost: localhost\n" + fields + "\n")
              .replace("PORT", Integer.toString(daemon.port())))
          .answer();
    }
  }

  private static Map<String, String> cors(RawHttp.Answer answer) {
    Map<String, String> found = new TreeMap<>(answer.headers());
    found.keySet().removeIf(name -> !name.startsWith("access-control"));
    found.remove("access-control-allow-headers"); // looked at below
    return found;
  }

  private static Map<String, String> expected(String origin, Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(SEEN);
    all.putAll(more);
    all.put(
        "access-control-allow-origin", origin.replace("PORT", Integer.toString(daemon.port())));
    return all;
  }

  private static String preflight(String origin) {
    return "Origin: " + origin + "\nAccess-Control-Request-Method: POST\n"
        + "Access-Control-Request-Headers: x-jst-auth\n";
  }

  private static String upgrade(String origin) {
    return "Origin: " + origin + "\nX-JST-Auth: tok\nUpgrade: echo\nConnection: Upgrade\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          HttpDaemon.PAGE, "http://127.0.0.1:PORT", "http://localhost:PORT"
      })
  void pagesOfAllowedOriginsMaySeeEveryAnswer(String origin) throws Exception {
    for (String line : List.of("GET /health", "GET /stats", "GET /none",
        "POST /files/none/close")) {
      for (String credential : List.of("", "X-JST-Auth: tok\n")) {
        RawHttp.Answer answer = ask(line, "Origin: " + origin + "\n" + credential);
        assertThat(cors(answer)).as(line).isEqualTo(expected(origin, Map.of()));
        assertThat(answer.headers()).containsEntry("vary", "Origin");
      }
    }
    RawHttp.Answer preflight = ask("OPTIONS /write/k", preflight(origin));
    assertThat(preflight.status()).isEqualTo(204);
    assertThat(cors(preflight)).isEqualTo(expected(origin, PREFLIGHT));
    assertThat(preflight.headers()).containsEntry("vary", "Origin");
    RawHttp.Answer asking =
        ask("OPTIONS /write/k",
            preflight(origin) + "Access-Control-Request-Private-Network: true\n");
    assertThat(cors(asking))
        .containsEntry("access-control-allow-private-network", "true")
        .hasSize(SEEN.size() + PREFLIGHT.size() + 2);
    assertThat(ask("GET /io", upgrade(origin)).status()).isEqualTo(101);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "null", "*", "", "https://evil.test", "https://page.test.evil.test",
          "https://page.test:443",
          "https://page.test:8443", "http://page.test", "https://xpage.test", "https://page.testx",
          "https://sub.page.test", "https://page.test/", "https://page.test.", "HTTPS://PAGE.TEST",
          "https://page.test, https://evil.test", "https://page.test https://evil.test",
          "https://evil.test#https://page.test", "https://page.test@evil.test", "page.test",
          "https://jstorrent.com.evil.test", "https://evil-jstorrent.com", "http://localhost",
          "http://localhost.evil.test", "http://localhost:1", "http://localhost:PORT.evil.test",
          "http://localhost:PORT@evil.test", "http://localhost:PORT1", "http://localhost:0PORT",
          "http://127.0.0.1", "http://127.0.0.1:1", "http://127.0.0.1:PORT.evil.test",
          "http://127.0.0.1:PORT/", "http://127.0.0.1.evil.test:PORT", "https://127.0.0.1:PORT",
          "https://localhost:PORT", "http://[::1]:PORT", "http://0.0.0.0:PORT", "file://",
          "chrome-extension://none", "moz-extension://none"
      })
  void pagesOfOtherOriginsSeeNothing(String origin) throws Exception {
    for (String fields : List.of("", "X-JST-Auth: tok\n")) {
      RawHttp.Answer answer = ask("GET /stats", "Origin: " + origin + "\n" + fields);
      assertThat(answer.status()).isEqualTo(fields.isEmpty() ? 401 : 200);
      assertThat(cors(answer)).isEmpty();
      assertThat(answer.headers())
          .containsEntry("vary", "Origin")
          .doesNotContainKey("access-control-allow-headers");
    }
    RawHttp.Answer preflight =
        ask(
            "OPTIONS /write/k",
            preflight(origin) + "Access-Control-Request-Private-Network: true\n");
    assertThat(cors(preflight)).isEmpty();
    assertThat(preflight.headers())
        .containsEntry("vary", "Origin")
        .doesNotContainKey("access-control-allow-headers");
    RawHttp.Answer upgrade = ask("GET /io", upgrade(origin));
    assertThat(upgrade.status()).as("even with the token").isEqualTo(403);
    assertThat(cors(upgrade)).isEmpty();
  }

  @Test
  void twoOriginsAreNone() throws Exception {
    for (String second : List.of(HttpDaemon.PAGE, "https://evil.test")) {
      String fields = "Origin: " + HttpDaemon.PAGE + "\nOrigin: " + second + "\n";
      assertThat(cors(ask("GET /health", fields))).isEmpty();
      assertThat(
          ask("GET /io", fields + "X-JST-Auth: tok\nUpgrade: echo\nConnection: Upgrade\n").status())
          .isEqualTo(403);
    }
  }

  /** A program that is no browser. */
  @Test
  void withoutAnOriginNothingIsSaidOfOrigins() throws Exception {
    for (String line : List.of("GET /health", "GET /stats", "OPTIONS /stats")) {
      RawHttp.Answer answer =
          ask(
              line,
              "Access-Control-Request-Method: GET\nAccess-Control-Request-Private-Network: true\n");
      assertThat(cors(answer)).isEmpty();
      assertThat(answer.headers()).containsEntry("vary", "Origin");
    }
    assertThat(
        ask("GET /io", "X-JST-Auth: tok\nUpgrade: echo\nConnection: Upgrade\n").status())
        .isEqualTo(101);
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "", "TRUE", "true, true", "1"})
  void privateNetworksAreSpokenOfOnlyWhenAskedByTheLetter(String asked) throws Exception {
    assertThat(
        cors(
            ask(
                "OPTIONS /stats",
                preflight(HttpDaemon.PAGE) + "Access-Control-Request-Private-Network: " + asked
                    + "\n")))
        .doesNotContainKey("access-control-allow-private-network");
    assertThat(
        cors(
            ask(
                "GET /health",
                "Origin: " + HttpDaemon.PAGE
                    + "\nAccess-Control-Request-Private-Network: true\n")))
        .as("not a preflight")
        .doesNotContainKey("access-control-allow-private-network");
  }

  /** A preflight is answered alike for what is there and what is not, and does nothing. */
  @Test
  void preflightsTellNothingOfTheRoutes() throws Exception {
    String known = headOf(ask("OPTIONS /write/k", preflight(HttpDaemon.PAGE)));
    for (String target : List.of("/none", "/", "/io", "/health", "/read/none", "/%2e%2e", "*")) {
      assertThat(headOf(ask("OPTIONS " + target, preflight(HttpDaemon.PAGE)))).isEqualTo(known);
    }
    assertThat(folder).isEmptyDirectory();
  }

  private static String headOf(RawHttp.Answer answer) {
    Map<String, String> headers = new TreeMap<>(answer.headers());
    headers.remove("date");
    return answer.status() + headers.toString() + answer.body();
  }

  @Test
  void everyRequestHeaderOfTheContractMayBeSentByPages() throws Exception {
    String contract = Files.readString(Path.of("..", "docs", "PROTOCOL.md"));
    Matcher names =
        Pattern.compile(
            "X-(?:JST|Path|Offset|Length|Expected)[A-Za-z0-9-]*|If-(?:None-)?Match|If-Range")
            .matcher(contract);
    Set<String> wanted = new TreeSet<>(Set.of("range", "content-type", "authorization"));
    while (names.find()) {
      if (names.end() == contract.length() || contract.charAt(names.end()) != '…') {
        wanted.add(names.group().toLowerCase(Locale.ROOT));
      }
    }
    assertThat(wanted)
        .contains(
            "x-jst-auth", "x-jst-session", "x-path-base64", "x-offset", "x-length",
            "x-expected-sha1", "x-expected-sha256", "if-match", "if-none-match", "if-range");
    String allowed =
        ask("OPTIONS /write/k", preflight(HttpDaemon.PAGE)).headers()
            .get("access-control-allow-headers");
    assertThat(new TreeSet<>(List.of(allowed.toLowerCase(Locale.ROOT).split(", "))))
        .isEqualTo(wanted);
  }
}

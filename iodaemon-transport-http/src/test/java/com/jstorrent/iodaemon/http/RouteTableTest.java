package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.http.route.Route;
import com.jstorrent.iodaemon.http.route.Routes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * PROTOCOL.md § 2 for every row of the route table, so for every route that will ever be added:
 * nothing is done, and nothing told, without the token.
 */
class RouteTableTest {
  /** The rows that may be served without the token. Think twice before adding one. */
  private static final Set<String> OPEN =
      Set.of(
          "GET /health", "GET /stream/t/{ticket}/{name}", "GET /", "GET /status/style.css",
          "GET /status/tables.css", "GET /status/icon.svg", "GET /status/main.js",
          "GET /status/daemon.js", "GET /status/confirm.js", "GET /status/tiles.js",
          "GET /status/overview.js", "GET /status/sessions.js", "GET /status/sockets.js",
          "GET /status/growth.js", "GET /status/scroll.js", "GET /status/trends.js",
          "GET /status/chart.js", "GET /status/dom.js", "GET /status/format.js");

  /** What a page can send without a preflight: a form of each kind, and fetch with no-cors. */
  private static final List<String> SIMPLE_TYPES =
      List.of(
          "application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x",
          "text/plain; charset=utf-8", "");

  private static final String UNKNOWN = "0123456789abcdef0123456789abcdef";
  private static final byte[] CONTENT = {1, 2, 3};

  @AutoClose
  private static final HttpFixture fixture = new HttpFixture();
  private static final Path folder = fixture.folder;
  private static final HttpDaemon daemon = fixture.daemon;
  private static List<Route> routes;
  private static String fileId;

  @BeforeAll
  static void start() throws Exception {
    Files.write(folder.resolve("f"), CONTENT);
    routes = Routes.of(daemon.services());
    fileId = daemon.open("f", "rw");
  }

  static String row(Route route) {
    return route.method() + " /" + String.join("/", route.path());
  }

  /** A target that would do something if it were allowed to. */
  private static String target(Route route) {
    String path =
        route.path()
            .stream()
            .map(
                segment -> switch (segment) {
                  case "{root_key}" -> "k";
                  case "{fileId}" -> fileId;
                  case "{ticket}" -> UNKNOWN;
                  case "{path...}", "{name}" -> "f";
                  default -> {
                    assertThat(segment).as("a variable that this test does not know")
                        .doesNotContain("{");
                    yield segment;
                  }
                })
            .collect(Collectors.joining("/"));
    return "/" + path + "?root_key=k&path=f&offset=0&length=1&size=99&token=tok&access_token=tok";
  }

  /** Fits every route that takes JSON, and is data for the others. */
  private static String body() {
    return """
        {"root_key":"k","path":"f","to":"g","length":1,"mode":"create","fileId":"ID","ttlSeconds":60,
        "algorithm":"sha1","pieceLength":16384,"token":"tok",
        "files":[{"root_key":"k","path":"f","length":3}],
        "fileRanges":[{"fileId":"ID","offset":0,"length":3}]}"""
        .replace("ID", fileId);
  }

  private static void assertNothingDone() throws Exception {
    try (Stream<Path> names = Files.list(folder)) {
      assertThat(names).containsExactly(folder.resolve("f"));
    }
    assertThat(folder.resolve("f")).hasBinaryContent(CONTENT);
    assertThat(daemon.get("/files/" + fileId + "/read", Map.of()).body())
        .as("the handle is open")
        .isEqualTo(CONTENT);
  }

  private static RawHttp.Answer ask(String method, String target, String fields, String body)
      throws Exception {
    try (RawHttp client = daemon.raw()) {
      client.send(
          method + " " + target + " HTTP/1.1\nHost: localhost\n" + fields + "Content-Length: "
              + body.length() + "\n\n");
      client.sendExactly(body);
      return client.answer(!method.equals("HEAD"));
    }
  }

  @Test
  void theTableIsNotEmptyAndTheseRowsAreOpenOnly() {
    assertThat(routes).hasSizeGreaterThan(20);
    assertThat(routes.stream().filter(Route::open).map(RouteTableTest::row))
        .containsExactlyInAnyOrderElementsOf(OPEN);
  }

  @Test
  void noRouteIsServedWithoutTheToken() throws Exception {
    String path = "X-Path-Base64: " + HttpDaemon.encoded("new") + "\n";
    for (Route route : routes) {
      if (OPEN.contains(row(route))) {
        continue;
      }
      for (String method : route.methods()) {
        for (String credential : Refusals.CREDENTIALS) {
          assertThat(ask(method, target(route), credential + path, body()).status())
              .as(row(route) + " " + credential)
              .isEqualTo(401);
        }
      }
      assertNothingDone();
    }
  }

  /** A foreign page that knows the port, and a root, and a handle. */
  @Test
  void requestsThatNeedNoPreflightDoNothing() throws Exception {
    for (Route route : routes) {
      for (String method : List.of("GET", "HEAD", "POST")) {
        for (String type : SIMPLE_TYPES) {
          String fields =
              "Origin: https://evil.test\nCookie: token=tok\nReferer: https://evil.test/\n"
                  + "Sec-Fetch-Mode: no-cors\nSec-Fetch-Site: cross-site\n"
                  + (type.isEmpty() ? "" : "Content-Type: " + type + "\n");
          RawHttp.Answer answer = ask(method, target(route), fields, body());
          boolean open = OPEN.contains(row(route)) && route.methods().contains(method);
          assertThat(answer.status()).as(method + " for " + row(route))
              .satisfies(
                  status -> assertThat(status == 401).isEqualTo(!open));
          assertThat(answer.headers().keySet())
              .noneMatch(name -> name.startsWith("access-control"));
        }
      }
      assertNothingDone();
    }
  }

  @Test
  void theOpenRoutesTellNothing() throws Exception {
    assertThat(ask("GET", "/health?token=tok", "", "").body()).isEqualTo("ok");
    RawHttp.Answer ticket = ask("GET", "/stream/t/" + UNKNOWN + "/f", "", "");
    assertThat(ticket.status()).isEqualTo(404);
    assertThat(ticket.body()).doesNotContain(folder.toString(), UNKNOWN);
  }

  /** Without the token, and with it: whatever the answer, these headers are in it. */
  @Test
  void everyAnswerOfEveryRouteIsClosedToSniffingCachingAndOtherSites() throws Exception {
    for (Route route : routes) {
      if (row(route).equals("POST /control/shutdown")) {
        continue; // it would do what it says
      }
      boolean page = row(route).equals("GET /") || row(route).startsWith("GET /status/");
      for (String fields : List.of("", "X-JST-Auth: tok\nX-Path-Base64: !\n")) {
        String target = target(route).replace(fileId, UNKNOWN).replaceAll("\\?.*", "");
        for (String method : List.of(route.method(), "OPTIONS", "DELETE")) {
          RawHttp.Answer answer = ask(method, target, fields, "");
          assertThat(answer.headers())
              .as(method + " for " + row(route) + " " + answer.status())
              .containsEntry("x-content-type-options", "nosniff")
              .containsEntry("cache-control", "no-store")
              .containsEntry(
                  "cross-origin-resource-policy",
                  page && answer.status() == 200 ? "same-origin" : "same-site")
              .containsEntry("vary", "Origin")
              .containsKey("date")
              .doesNotContainKeys("server", "set-cookie", "x-powered-by",
                  "access-control-allow-origin");
        }
      }
    }
    assertNothingDone();
  }

  /** The one answer that pages of other sites may embed: they have an address of their own for it. */
  @Test
  void streamsAloneMayBeEmbeddedByOtherSites() throws Exception {
    Map<String, String> expected = new TreeMap<>();
    Map<String, String> found = new TreeMap<>();
    for (String target : List.of("/stream/" + fileId, "/read/k", "/files/" + fileId + "/read",
        "/ops/stat?root_key=k&path=f", "/roots", "/hash/sha1/f?root_key=k")) {
      expected.put(target, target.startsWith("/stream") ? "cross-origin" : "same-site");
      RawHttp.Answer answer =
          ask("GET", target, "X-JST-Auth: tok\nX-Path-Base64: " + HttpDaemon.encoded("f") + "\n",
              "");
      assertThat(answer.status()).as(target).isEqualTo(200);
      found.put(target, answer.headers().get("cross-origin-resource-policy"));
    }
    assertThat(found).isEqualTo(expected);
  }
}

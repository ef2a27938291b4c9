package com.jstorrent.iodaemon.http.route;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The static files of the status page (PROTOCOL.md § 2). They contain no data, so they need no token: the page
 * itself uses the token to fetch what it shows.
 */
final class StatusPage {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  /** The page runs only its own scripts, never parses text as HTML, and cannot be framed. */
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
              + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
              + " require-trusted-types-for 'script'; trusted-types 'none'",
          "X-Frame-Options", "DENY",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Cross-Origin-Opener-Policy", "same-origin");

  private static final List<String> FILES =
      List.of(
          "style.css", "tables.css", "icon.svg", "main.js", "daemon.js", "confirm.js", "tiles.js",
          "overview.js", "sessions.js", "sockets.js", "growth.js", "scroll.js", "trends.js",
          "chart.js", "dom.js", "format.js");

  private StatusPage() {}

  static List<Route> routes() {
    return Stream.concat(
        Stream.of(route("/", "index.html")),
        FILES.stream().map(name -> route("/status/" + name, name)))
        .toList();
  }

  private static Route route(String path, String name) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    return Route.open(
        "GET", path, call -> new Reply(Reply.OK, HEADERS, new Reply.Bytes(type, load(name))));
  }

  private static byte[] load(String name) {
    try (InputStream in = StatusPage.class.getResourceAsStream("status/" + name)) {
      if (in == null) {
        throw new IllegalStateException("The resource " + name + " is missing from the jar.");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

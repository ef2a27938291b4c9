package com.jstorrent.iodaemon.launcher;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** A web server of another origin that serves the page {@code player.html}. */
final class PageServer implements AutoCloseable {
  private static final Path PAGE = Path.of("src", "test", "resources", "player.html");

  private final HttpServer server;

  PageServer() throws IOException {
    byte[] page = Files.readAllBytes(PAGE);
    server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/player.html",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    server.start();
  }

  String origin() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  String page() {
    return origin() + "/player.html";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}

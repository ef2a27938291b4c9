package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.jstorrent.iodaemon.json.Json;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** The status page of a daemon in a browser, and the daemon's own numbers beside it. */
final class StatusPageView {
  private final BrowserPage page;
  private final String token;
  private final int port;
  private final String address;

  StatusPageView(BrowserPage page, int port, String token) {
    this.page = page;
    this.port = port;
    this.token = token;
    address = "http://127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  String address() {
    return address;
  }

  /** Shows what the daemon does, and waits for it. */
  void unlock() {
    page.open(address + "/#token=" + URLEncoder.encode(token, UTF_8).replace("+", "%20"));
    awaitState("live");
  }

  /** Waits for one of locked, connecting, live, paused and gone. */
  void awaitState(String state) {
    page.await("document.body.dataset.state === args[0]", state);
  }

  /** What the daemon answers to a route of numbers. */
  String answer(String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + path)).header("X-JST-Auth", token).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  /** A number of {@code /stats}. */
  long counter(String name) throws Exception {
    return (Long) Json.readObject(answer("/stats")).get(name);
  }

  boolean isShown(String id) {
    return (boolean) page.value("document.getElementById(args[0]).checkVisibility()", id);
  }

  String text(String selector) {
    return (String) page.value("document.querySelector(args[0]).innerText", selector);
  }

  /** The value of the tile with this name. */
  String tile(String name) {
    return part(name, ".value");
  }

  /** What is said below the value of a tile. */
  String note(String name) {
    return part(name, ".note");
  }

  private String part(String name, String selector) {
    return (String) page.value(
        "[...document.querySelectorAll('.tile')].find(tile =>"
            + " tile.querySelector('dt').innerText === args[0]).querySelector(args[1]).innerText",
        name, selector);
  }

  /** The id of the element that has the focus. */
  String focus() {
    return (String) page.value("document.activeElement.id");
  }
}

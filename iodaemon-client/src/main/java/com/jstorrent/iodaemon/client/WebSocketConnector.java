package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Connects to a daemon's port with the JDK's WebSocket. */
final class WebSocketConnector implements FrameLink.Connector {
  private static final int UNAUTHORIZED = 401;
  private static final String PATH = "/io";

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .proxy(HttpClient.Builder.NO_PROXY)
          .build();
  private final URI address;
  private final String token;

  WebSocketConnector(URI daemon, String token) {
    this.address = address(daemon);
    this.token = token;
  }

  /** Takes the address of the daemon's HTTP as well, and fills in the path. */
  static URI address(URI daemon) {
    String scheme = daemon.getScheme();
    if (daemon.getHost() == null
        || daemon.getPort() < 0
        || !("http".equals(scheme) || "ws".equals(scheme))) {
      throw new IllegalArgumentException(
          "The daemon's address must look like ws://127.0.0.1:port/io.");
    }
    String path = daemon.getPath();
    return URI.create(
        "ws://" + daemon.getRawAuthority() + (path.isEmpty() || path.equals("/") ? PATH : path));
  }

  @Override
  public FrameLink connect(Duration timeout) throws IOException, InterruptedException {
    WebSocketReceiver receiver = new WebSocketReceiver();
    WebSocket.Builder builder = http.newWebSocketBuilder();
    if (isHeaderValue(token)) {
      builder.header("X-JST-Auth", token);
    }
    CompletableFuture<WebSocket> opening = builder.buildAsync(address, receiver);
    boolean open = false;
    try {
      WebSocket socket =
          timeout.isZero()
              ? opening.get()
              : opening.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      open = true;
      return new WebSocketLink(socket, receiver);
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("Connecting to the daemon took too long.");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused
          && refused.getResponse().statusCode() == UNAUTHORIZED) {
        throw new AuthenticationException();
      }
      throw new IOException("There is no connection to the daemon: " + e.getCause(), e);
    } finally {
      if (!open) {
        opening.thenAccept(WebSocket::abort);
      }
    }
  }

  /** A token may be any text; one that no header can carry is sent in AUTH alone. */
  private static boolean isHeaderValue(String token) {
    return token.chars().allMatch(c -> c > ' ' && c <= '~');
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}

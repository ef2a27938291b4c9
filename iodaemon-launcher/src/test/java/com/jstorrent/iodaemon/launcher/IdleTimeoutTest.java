package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * PROTOCOL.md § 1, {@code --idle-timeout}, with clients over sockets. An unused second daemon with
 * the same timeout shows when that much time has passed.
 */
@Timeout(600)
class IdleTimeoutTest {
  private static final String TOKEN = "t";

  @TempDir
  Path folder;

  private final HttpClient http = HttpClient.newHttpClient();

  private IoDaemon daemon(Duration timeout) throws IOException {
    return IoDaemon.builder()
        .token(TOKEN)
        .root("k", folder)
        .idleTimeout(timeout)
        .transport(HttpTransport.onPort(0).upgrade(WebSocketUpgrade.io()))
        .build()
        .start();
  }

  private void letPass(Duration timeout) throws Exception {
    try (IoDaemon unused = daemon(timeout)) {
      unused.awaitClosed();
    }
  }

  private int status(int port, String path, String token) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("X-JST-Auth", token)
            .build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  /** An action of a client on a daemon that may end at any time. */
  @FunctionalInterface
  private interface Use<C> {
    C begin(int port) throws Exception;
  }

  /**
   * A daemon and its only client, which has connected before the timeout, however slow this machine
   * is.
   */
  private record InUse<C>(IoDaemon daemon, C client, Duration timeout) {}

  private <C> InUse<C> inUse(Use<C> use) throws Exception {
    for (Duration timeout = Duration.ofMillis(500);; timeout = timeout.multipliedBy(2)) {
      long begun = System.nanoTime();
      IoDaemon daemon = daemon(timeout);
      try {
        C client = use.begin(daemon.port());
        if (System.nanoTime() - begun < timeout.toNanos()) {
          return new InUse<>(daemon, client, timeout);
        }
      } catch (IOException e) {
        assertThat(System.nanoTime() - begun).isGreaterThan(timeout.toNanos());
      }
      daemon.close();
    }
  }

  @Test
  void anUnusedDaemonEnds() throws Exception {
    letPass(Duration.ofMillis(1));
  }

  @Test
  void aNegativeTimeIsRefused() {
    assertThatThrownBy(() -> IoDaemon.builder().idleTimeout(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSilentAuthenticatedWebSocketKeepsItAlive() throws Exception {
    InUse<WireClient> used =
        inUse(
            port -> {
              try {
                WireClient client = new WireClient(http, port, TOKEN);
                client.send(new ClientFrame.TcpListen(1, 1, 0, "127.0.0.1"));
                client.expect(DaemonFrame.TcpListenResult.class); // now it is authenticated
                return client;
              } catch (Exception | AssertionError e) {
                throw new IOException(e);
              }
            });
    try (IoDaemon daemon = used.daemon()) {
      letPass(used.timeout());
      letPass(used.timeout());
      assertThat(status(daemon.port(), "/health", "")).isEqualTo(200);
      used.client().close();
      daemon.awaitClosed();
    }
  }

  @Test
  void aRequestInProgressKeepsItAlive() throws Exception {
    String request =
        "POST /write/k HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: " + TOKEN
            + "\r\nExpect: 100-continue\r\nContent-Length: 2\r\nX-Path-Base64: "
            + Base64.getEncoder().encodeToString("f".getBytes(UTF_8)) + "\r\n\r\n";
    InUse<Socket> used =
        inUse(
            port -> {
              Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
              socket.getOutputStream().write(request.getBytes(US_ASCII));
              if (!new String(socket.getInputStream().readNBytes(25), US_ASCII)
                  .startsWith("HTTP/1.1 100")) {
                throw new IOException("The request was not accepted.");
              }
              return socket;
            });
    try (IoDaemon daemon = used.daemon(); Socket client = used.client()) {
      letPass(used.timeout());
      client.getOutputStream().write("ab".getBytes(US_ASCII));
      daemon.awaitClosed();
      assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
          .contains("HTTP/1.1 200");
      assertThat(Files.readString(folder.resolve("f"))).isEqualTo("ab");
    }
  }

  @Test
  void unauthenticatedClientsDoNotKeepItAlive() throws Exception {
    Duration timeout = Duration.ofMillis(500);
    while (connectWithoutToken(timeout) == 0) {
      timeout = timeout.multipliedBy(2);
    }
  }

  /** Connects without the token until the daemon has ended; returns how often. */
  private int connectWithoutToken(Duration timeout) throws Exception {
    int visits = 0;
    try (IoDaemon daemon = daemon(timeout)) {
      URI endpoint = URI.create("ws://127.0.0.1:" + daemon.port() + "/io");
      try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), daemon.port())) {
        assertThat(silent.isConnected()).isTrue();
        while (true) {
          WebSocket unauthenticated =
              http.newWebSocketBuilder().buildAsync(endpoint, new WebSocket.Listener() {}).get();
          assertThat(status(daemon.port(), "/health", "")).isEqualTo(200);
          assertThat(status(daemon.port(), "/stats", "wrong")).isEqualTo(401);
          unauthenticated.abort();
          visits++;
        }
      } catch (IOException | ExecutionException e) {
        daemon.awaitClosed();
      }
    }
    return visits;
  }
}

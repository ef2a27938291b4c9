package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/** A daemon that clients reach over a WebSocket or in this process. */
final class ClientDaemon implements AutoCloseable {
  static final String TOKEN = "the token";

  private final InProcessTransport inProcess = new InProcessTransport();
  private final HttpTransport http = HttpTransport.onPort(0).upgrade(WebSocketUpgrade.io());
  private final IoDaemon daemon;

  private ClientDaemon(Limits limits) throws IOException {
    daemon =
        IoDaemon.builder()
            .token(TOKEN)
            .limits(limits)
            .trust(TestTls.trusting())
            .transport(http)
            .transport(inProcess)
            .build()
            .start();
  }

  /** How a client connects. */
  enum Way {
    WEB_SOCKET,
    IN_PROCESS
  }

  /** With time for the first TLS handshake of a JVM. */
  static ClientDaemon start() throws IOException {
    return start(Limits.builder().secureTimeout(Duration.ofMinutes(5)).build());
  }

  static ClientDaemon start(Limits limits) throws IOException {
    return new ClientDaemon(limits);
  }

  IoClient client(Way way) throws IOException {
    return client(way, ClientOptions.DEFAULT);
  }

  IoClient client(Way way, ClientOptions options) throws IOException {
    return switch (way) {
      case WEB_SOCKET -> IoClient.connect(address(), TOKEN, options);
      case IN_PROCESS -> IoClient.over(inProcess, TOKEN, options);
    };
  }

  FrameLink.Connector connector(Way way) {
    return switch (way) {
      case WEB_SOCKET -> new WebSocketConnector(address(), TOKEN);
      case IN_PROCESS -> InProcessLink.connector(inProcess);
    };
  }

  URI address() {
    return URI.create("ws://127.0.0.1:" + port() + "/io");
  }

  int port() {
    return daemon.port();
  }

  IoDaemon daemon() {
    return daemon;
  }

  void awaitStat(Counter counter, long value) {
    TestDaemon.await(
        counter + " = " + value, () -> daemon.stats().get(counter) == value);
  }

  @Override
  public void close() {
    daemon.close();
  }
}

package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.IoDaemonBuilder;
import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.json.codec.JsonHello;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.HelloCodec;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import com.jstorrent.iodaemon.transport.service.RequestServices;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A daemon with HTTP, the JDK's client for it, and an in-process transport for sessions. */
final class HttpDaemon implements AutoCloseable {
  static final String TOKEN = "tok";
  static final String PAGE = "https://page.test";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final InProcessTransport sessions = new InProcessTransport();
  private final EchoProtocol echo = new EchoProtocol();
  final IoDaemon daemon;

  /** A daemon that answers wrong tokens at once, because tests send many of them. */
  HttpDaemon(Path root) throws IOException {
    this(root, Limits.builder().failureDelay(Duration.ZERO).build());
  }

  HttpDaemon(Path root, Limits limits) throws IOException {
    this(Map.of("k", root), limits);
  }

  HttpDaemon(Map<String, Path> roots, Limits limits) throws IOException {
    this(with(roots).limits(limits).allowedOrigin(PAGE));
  }

  /** A daemon whose deadlines go by the test's clock. */
  HttpDaemon(Path root, Limits limits, MonotonicClock clock) throws IOException {
    this(with(Map.of("k", root)).limits(limits).clock(clock));
  }

  /** A daemon that the builder describes completely, except for its token and its transports. */
  HttpDaemon(IoDaemonBuilder builder) throws IOException {
    daemon =
        builder
            .token(TOKEN)
            .transport(HttpTransport.onPort(0).upgrade(echo))
            .transport(sessions)
            .build()
            .start();
  }

  private static IoDaemonBuilder with(Map<String, Path> roots) {
    return IoDaemon.builder()
        .roots(
            roots.entrySet()
                .stream()
                .map(root -> DownloadRoot.of(root.getKey(), root.getValue()))
                .toList());
  }

  /** What the routes are made of. */
  RequestServices services() {
    RequestServices known = echo.services;
    if (known == null) {
      throw new AssertionError("The daemon has not started.");
    }
    return known;
  }

  int port() {
    return daemon.port();
  }

  RawHttp raw() throws IOException {
    return new RawHttp(port());
  }

  static String encoded(String path) {
    return Base64.getEncoder().encodeToString(path.getBytes(StandardCharsets.UTF_8));
  }

  /** The head of a write for {@link RawHttp#send}, up to what tells of the body. */
  static String writeHead(String path) {
    return "POST /write/k HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nX-Path-Base64: "
        + encoded(path)
        + "\n";
  }

  HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + target))
        .header("X-JST-Auth", TOKEN);
  }

  HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> get(String target, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(target);
    headers.forEach(request::header);
    return send(request.build());
  }

  HttpResponse<byte[]> post(String target, byte[] body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(target);
    headers.forEach(request::header);
    return send(request.POST(HttpRequest.BodyPublishers.ofByteArray(body)).build());
  }

  /** POST with JSON. */
  HttpResponse<byte[]> json(String target, String body) throws IOException, InterruptedException {
    return post(target, body.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  /** Sends a request and does not wait for the answer; one that never comes is a failure. */
  CompletableFuture<HttpResponse<byte[]>> later(HttpRequest request) {
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
        .orTimeout(60, TimeUnit.SECONDS);
  }

  /** Opens a file under the root "k" for no session, and returns its handle. */
  String open(String path, String mode) throws IOException, InterruptedException {
    return open(path, mode, Map.of());
  }

  /** Opens a file for the session of this name. */
  String openFor(String session, String path, String mode)
      throws IOException, InterruptedException {
    return open(path, mode, Map.of("X-JST-Session", session));
  }

  private String open(String path, String mode, Map<String, String> headers)
      throws IOException, InterruptedException {
    String body =
        Json.write(Map.of("root_key", "k", "path", path, "mode", mode));
    HttpResponse<byte[]> response =
        post("/files/open", body.getBytes(StandardCharsets.UTF_8), headers);
    if (response.statusCode() != 200) {
      throw new AssertionError(new String(response.body(), StandardCharsets.UTF_8));
    }
    return (String) Answers.object(response).get("fileId");
  }

  /** A client of {@code /io} that has completed the handshake, with a session of this name. */
  TestClient session(String name) throws IOException {
    return new TestClient(
        sessions.connect(new ConnectionInfo(true, name, HelloCodec.EMPTY_ONLY)));
  }

  /** A client that has shown the token already, and names its session in CLIENT_HELLO only. */
  TestClient nameless() throws IOException {
    return new TestClient(
        sessions.connect(new ConnectionInfo(true, null, new JsonHello())));
  }

  @Override
  public void close() {
    client.shutdownNow();
    daemon.close();
  }

  /** Stands in for WebSocket: answers 101, then sends back what comes. */
  private static final class EchoProtocol implements UpgradeHook {
    private volatile @Nullable RequestServices services;

    @Override
    public String path() {
      return "/io";
    }

    @Override
    public @Nullable Refusal refuse(UpgradeRequest request) {
      return request.lists("upgrade", "echo")
          ? null
          : new Refusal(426, "Echo only.", new Refusal.Header("Upgrade", "echo"));
    }

    @Override
    public void start(DaemonServices offered) {
      services = RequestServices.of(offered);
    }

    @Override
    public void serve(UpgradeRequest request) throws IOException {
      String answer =
          "HTTP/1.1 101 Switching Protocols\r\nX-Authenticated: "
              + request.authenticated()
              + "\r\n\r\n";
      request.channel().write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
      request.channel().write(request.readAhead());
      ByteBuffer buffer = ByteBuffer.allocate(100);
      while (request.channel().read(buffer.clear()) >= 0) {
        request.channel().write(buffer.flip());
      }
    }
  }
}

package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.UpgradeHook;
import com.jstorrent.iodaemon.transport.UpgradeRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A daemon with HTTP alone, and the JDK's client for it. */
final class HttpDaemon implements AutoCloseable {
  static final String TOKEN = "tok";
  static final String PAGE = "https://page.test";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  final IoDaemon daemon;

  HttpDaemon(Path root) throws IOException {
    this(root, Limits.DEFAULT);
  }

  HttpDaemon(Path root, Limits limits) throws IOException {
    daemon =
        IoDaemon.builder()
            .token(TOKEN)
            .root("k", root)
            .limits(limits)
            .allowedOrigin(PAGE)
            .transport(HttpTransport.onPort(0).upgrade(new EchoProtocol()))
            .build()
            .start();
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

  @Override
  public void close() {
    client.shutdownNow();
    daemon.close();
  }

  /** Stands in for WebSocket: answers 101, then sends back what comes. */
  private static final class EchoProtocol implements UpgradeHook {
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
    public void start(DaemonServices services) {}

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

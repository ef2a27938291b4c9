package com.jstorrent.iodaemon.launcher.demo;

import com.jstorrent.iodaemon.client.ClientOptions;
import com.jstorrent.iodaemon.client.IoClient;
import com.jstorrent.iodaemon.client.TcpConnection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.commons.codec.digest.DigestUtils;

/** The client of the demo, which uses the Java client and HttpClient as an external program would. */
final class DemoClient implements AutoCloseable {
  private static final int OK = 200;
  private static final int ROUND_TRIPS = 2000;
  private static final int WARM_UP = 1000;
  private static final int PING_BYTES = 64;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final String PEER = "127.0.0.1";
  private static final String FILE =
      Base64.getEncoder().encodeToString("demo/data.bin".getBytes(StandardCharsets.UTF_8));

  /** A peer or a daemon that is silent for so long is not worth waiting for. */
  private static final ClientOptions OPTIONS =
      ClientOptions.builder().readTimeout(Duration.ofSeconds(30)).build();

  private final HttpClient http;
  private final IoClient client;
  private final String base;
  private final String token;
  private final String rootKey;
  private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();

  private DemoClient(HttpClient http, IoClient client, int port, String token, String rootKey) {
    this.http = http;
    this.client = client;
    this.base = "http://127.0.0.1:" + port;
    this.token = token;
    this.rootKey = rootKey;
  }

  static DemoClient connect(int port, String token, String rootKey)
      throws IOException, InterruptedException {
    IoClient client =
        IoClient.connect(URI.create("ws://127.0.0.1:" + port + "/io"), token, OPTIONS);
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return new DemoClient(http, client, port, token, rootKey);
  }

  /** The sorted round-trip times of a small message to a peer and back, in microseconds. */
  List<Double> roundTrips(int echoPort) throws IOException, InterruptedException {
    try (TcpConnection echo = client.connect(PEER, echoPort)) {
      List<Double> times = new ArrayList<>();
      byte[] ping = new byte[PING_BYTES];
      for (int i = -WARM_UP; i < ROUND_TRIPS; i++) {
        long begun = System.nanoTime();
        echo.output().write(ping);
        if (echo.input().readNBytes(PING_BYTES).length < PING_BYTES) {
          throw new IOException("A peer has ended its socket too early.");
        }
        if (i >= 0) {
          times.add((System.nanoTime() - begun) / NANOS_PER_MICRO);
        }
      }
      echo.shutdownOutput();
      Collections.sort(times);
      return times;
    }
  }

  /**
   * Downloads the pieces over the sockets in turn, checks them, and writes them with their SHA-1.
   */
  void download(int port, int pieces, int sockets, ProgressBar progress)
      throws IOException, InterruptedException {
    List<Future<?>> parts = new ArrayList<>();
    for (int first = 0; first < sockets; first++) {
      int number = first;
      parts.add(tasks.submit(() -> part(port, number, sockets, pieces, progress)));
    }
    for (Future<?> part : parts) {
      try {
        part.get();
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      }
    }
  }

  /** Downloads every nth piece over a socket of its own. */
  private Void part(int port, int first, int step, int pieces, ProgressBar progress)
      throws IOException, InterruptedException {
    try (TcpConnection peer = client.connect(PEER, port)) {
      request(peer, first, pieces);
      for (int number = first; number < pieces; number += step) {
        request(peer, number + step, pieces); // one piece ahead, so that the peer is never idle
        byte[] piece = peer.input().readNBytes(PieceData.PIECE_BYTES);
        if (!Arrays.equals(piece, PieceData.of(number))) {
          throw new IOException("Piece " + number + " differs from what the peer served.");
        }
        write(number, piece);
        progress.step();
      }
      peer.shutdownOutput();
    }
    return null;
  }

  private static void request(TcpConnection peer, int piece, int pieces) throws IOException {
    if (piece < pieces) {
      peer.output().write(ByteBuffer.allocate(Integer.BYTES).putInt(piece).array());
    }
  }

  private void write(int number, byte[] piece) throws IOException, InterruptedException {
    HttpRequest request =
        request("/write/", number)
            .header("X-Expected-SHA1", DigestUtils.sha1Hex(piece))
            .POST(HttpRequest.BodyPublishers.ofByteArray(piece))
            .build();
    int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    if (status != OK) {
      throw new IOException("Writing a piece was answered with " + status + ".");
    }
  }

  private HttpRequest.Builder request(String route, int number) {
    return HttpRequest.newBuilder(URI.create(base + route + rootKey))
        .header("X-JST-Auth", token)
        .header("X-Path-Base64", FILE)
        .header("X-Offset", Long.toString((long) number * PieceData.PIECE_BYTES));
  }

  /** Reads every piece back, and returns how many bytes were correct. */
  long verify(int pieces, ProgressBar progress) throws IOException, InterruptedException {
    long verified = 0;
    for (int number = 0; number < pieces; number++) {
      HttpRequest request =
          request("/read/", number)
              .header("X-Length", Integer.toString(PieceData.PIECE_BYTES))
              .build();
      HttpResponse<byte[]> response =
          http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() == OK && Arrays.equals(response.body(), PieceData.of(number))) {
        verified += response.body().length;
      }
      progress.step();
    }
    return verified;
  }

  @Override
  public void close() {
    tasks.shutdownNow();
    client.close();
    http.shutdownNow();
  }
}

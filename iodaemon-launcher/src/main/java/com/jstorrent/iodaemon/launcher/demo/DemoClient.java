package com.jstorrent.iodaemon.launcher.demo;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

/**
 * The client of the demo, which uses the JDK's WebSocket and HttpClient as an external program
 * would.
 */
final class DemoClient implements AutoCloseable {
  private static final int OK = 200;
  private static final int ROUND_TRIPS = 2000;
  private static final int WARM_UP = 1000;
  private static final int PING_BYTES = 64;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final String FILE =
      Base64.getEncoder().encodeToString("demo/data.bin".getBytes(StandardCharsets.UTF_8));

  private final HttpClient http;
  private final RelaySocket relay;
  private final String base;
  private final String token;
  private final String rootKey;
  private final ExecutorService writers = Executors.newFixedThreadPool(4);

  private DemoClient(HttpClient http, RelaySocket relay, int port, String token, String rootKey) {
    this.http = http;
    this.relay = relay;
    this.base = "http://127.0.0.1:" + port;
    this.token = token;
    this.rootKey = rootKey;
  }

  static DemoClient connect(int port, String token, String rootKey)
      throws IOException, InterruptedException {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return new DemoClient(http, RelaySocket.connect(http, port, token), port, token, rootKey);
  }

  /** The sorted round-trip times of a small message to a peer and back, in microseconds. */
  List<Double> roundTrips(int echoPort) throws IOException, InterruptedException {
    int socketId = Integer.MAX_VALUE;
    open(socketId, echoPort);
    List<Double> times = new ArrayList<>();
    for (int i = -WARM_UP; i < ROUND_TRIPS; i++) {
      long begun = System.nanoTime();
      relay.send(new ClientFrame.TcpSend(0, socketId, ByteBuffer.allocate(PING_BYTES)));
      for (int got = 0; got < PING_BYTES;) {
        if (relay.receive() instanceof DaemonFrame.TcpRecv data) {
          got += data.data().remaining();
        }
      }
      if (i >= 0) {
        times.add((System.nanoTime() - begun) / NANOS_PER_MICRO);
      }
    }
    relay.send(new ClientFrame.TcpClose(0, socketId));
    if (!(relay.receive() instanceof DaemonFrame.TcpClosed)) {
      throw new IOException("The end of a socket was not reported.");
    }
    Collections.sort(times);
    return times;
  }

  private void open(int socketId, int port) throws IOException, InterruptedException {
    relay.send(new ClientFrame.TcpConnect(socketId, socketId, port, "127.0.0.1"));
    if (!(relay.receive() instanceof DaemonFrame.TcpConnected connected)
        || connected.errno() != 0) {
      throw new IOException("The daemon could not connect to the peer.");
    }
  }

  /**
   * Downloads the pieces over the sockets in turn, checks them, and writes them with their SHA-1.
   */
  void download(int port, int pieces, int sockets, ProgressBar progress)
      throws IOException, InterruptedException {
    PieceAssembler[] assemblers = new PieceAssembler[sockets];
    List<Future<?>> writes = new ArrayList<>();
    for (int id = 0; id < sockets; id++) {
      open(id, port);
      assemblers[id] = new PieceAssembler(id, sockets);
    }
    for (int id = 0; id < sockets; id++) {
      request(id, id);
      if (id + sockets < pieces) { // request one piece ahead, so that the peer is never idle
        request(id, id + sockets);
      }
    }
    for (int complete = 0; complete < pieces;) {
      if (!(relay.receive() instanceof DaemonFrame.TcpRecv data)) {
        throw new IOException("A peer has ended its socket too early.");
      }
      PieceAssembler assembler = assemblers[data.socketId()];
      while (data.data().hasRemaining()) {
        byte[] piece = assembler.take(data.data());
        if (piece != null) {
          int number = assembler.wanted();
          complete++;
          assembler.next();
          if (assembler.wanted() + sockets < pieces) {
            request(data.socketId(), assembler.wanted() + sockets);
          }
          writes.add(writers.submit(() -> write(number, piece, progress)));
        }
      }
    }
    await(writes);
  }

  private void request(int socketId, int piece) {
    ByteBuffer number = ByteBuffer.allocate(Integer.BYTES).putInt(piece).flip();
    relay.send(new ClientFrame.TcpSend(0, socketId, number));
  }

  private Void write(int number, byte[] piece, ProgressBar progress)
      throws IOException, InterruptedException {
    HttpRequest request =
        request("/write/", number)
            .header("X-Expected-SHA1", DigestUtils.sha1Hex(piece))
            .POST(HttpRequest.BodyPublishers.ofByteArray(piece))
            .build();
    int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    if (status != OK) {
      throw new IOException("Writing a piece was answered with " + status + ".");
    }
    progress.step();
    return null;
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

  private static void await(List<Future<?>> writes) throws IOException, InterruptedException {
    for (Future<?> write : writes) {
      try {
        write.get();
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      }
    }
  }

  @Override
  public void close() {
    writers.shutdownNow();
    relay.close();
    http.shutdownNow();
  }
}

package com.jstorrent.iodaemon.launcher.demo;

import com.jstorrent.iodaemon.client.ClientOptions;
import com.jstorrent.iodaemon.client.IoClient;
import com.jstorrent.iodaemon.client.TcpConnection;
import com.jstorrent.iodaemon.client.files.Digest;
import com.jstorrent.iodaemon.client.files.FilesClient;
import com.jstorrent.iodaemon.client.files.RootPath;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.commons.codec.digest.DigestUtils;

/** What the demo does with a daemon, through the Java client, as another program would. */
final class DemoTransfer implements AutoCloseable {
  private static final int ROUND_TRIPS = 2000;
  private static final int WARM_UP = 1000;
  private static final int PING_BYTES = 64;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final String PEER = "127.0.0.1";
  private static final String FILE = "demo/data.bin";

  /** A peer or a daemon that is silent for this long is not worth waiting for. */
  private static final ClientOptions OPTIONS =
      ClientOptions.builder().readTimeout(Duration.ofSeconds(30)).build();

  private final IoClient client;
  private final FilesClient files;
  private final RootPath file;
  private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();

  private DemoTransfer(IoClient client, FilesClient files, RootPath file) {
    this.client = client;
    this.files = files;
    this.file = file;
  }

  static DemoTransfer connect(int port, String token, String rootKey)
      throws IOException, InterruptedException {
    String address = "://127.0.0.1:" + port;
    return new DemoTransfer(
        IoClient.connect(URI.create("ws" + address + "/io"), token, OPTIONS),
        FilesClient.at(URI.create("http" + address), token),
        RootPath.of(rootKey, FILE));
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

  private void write(int number, byte[] piece) throws IOException {
    files.write(file, offset(number), piece, Digest.sha1(DigestUtils.sha1(piece)));
  }

  private static long offset(int number) {
    return (long) number * PieceData.PIECE_BYTES;
  }

  /** Reads every piece back, and returns how many bytes were correct. */
  long verify(int pieces, ProgressBar progress) throws IOException {
    long verified = 0;
    ByteBuffer piece = ByteBuffer.allocate(PieceData.PIECE_BYTES);
    for (int number = 0; number < pieces; number++) {
      files.read(file, offset(number), piece.clear());
      if (Arrays.equals(piece.array(), PieceData.of(number))) {
        verified += piece.capacity();
      }
      progress.step();
    }
    return verified;
  }

  @Override
  public void close() {
    tasks.shutdownNow();
    client.close();
    files.close();
  }
}

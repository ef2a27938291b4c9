package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon's main job end to end: a file served by a foreign program is downloaded through the
 * relay with the JDK's WebSocket, and written in verified pieces with the JDK's HttpClient.
 */
@Timeout(600)
class DownloadIT {
  private static final int PIECE = 1 << 20;
  private static final int BLOCKS = 256;
  private static final int BLOCK = (1 << 20) + 1; // not a multiple of any buffer's size
  private static final String TOKEN = "integration";
  private static final String FILE = "download/file.bin";

  @TempDir
  static Path folder;
  private static Path served;
  private static Process server;
  private static int serverPort;

  @BeforeAll
  static void serve() throws Exception {
    assumeTrue(
        onPath("python3"), "SKIPPED, LOUDLY: python3 is missing, which serves the file.");
    served = Files.createDirectories(folder.resolve("served")).resolve("file.bin");
    try (OutputStream out = Files.newOutputStream(served)) {
      for (int block = 0; block < BLOCKS; block++) {
        out.write(Peer.bytes(block, BLOCK));
      }
    }
    server =
        new ProcessBuilder("python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1")
            .directory(served.getParent().toFile())
            .redirectErrorStream(true)
            .start();
    BufferedReader said = server.inputReader(UTF_8);
    String line = said.readLine(); // Serving HTTP on 127.0.0.1 port 41234 (http://…) ...
    serverPort = Integer.parseInt(line.replaceAll(".* port (\\d+) .*", "$1"));
    Thread.ofVirtual().start(() -> said.lines().forEach(ignored -> {}));
  }

  private static boolean onPath(String program) {
    return Arrays.stream(System.getenv("PATH").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.destroyForcibly();
    }
  }

  @Test
  void throughAnEmbeddedDaemon(@TempDir Path root) throws Exception {
    try (IoDaemon daemon =
        IoDaemon.builder()
            .token(TOKEN)
            .root("downloads", root)
            .transport(HttpTransport.onPort(0).upgrade(WebSocketUpgrade.io()))
            .build()
            .start()) {
      download(daemon.port(), root);
    }
  }

  @Test
  void throughTheLauncherAsAProcess(@TempDir Path root) throws Exception {
    try (DaemonProcess daemon =
        DaemonProcess.start(Map.of(), "--token", TOKEN, "--root", "downloads=" + root)) {
      download(daemon.port(), root);
      daemon.terminate();
      assertThat(daemon.awaitExit()).isZero();
      assertThat(daemon.restOfStdout()).isEmpty();
      assertThat(daemon.stderr()).doesNotContain(TOKEN).doesNotContain(root.toString());
    }
  }

  private static void download(int port, Path root) throws Exception {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    try (WireClient client = new WireClient(http, port, TOKEN);
        ExecutorService writers = Executors.newFixedThreadPool(2)) {
      client.send(new ClientFrame.TcpConnect(5, 7, serverPort, "127.0.0.1"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(5, 7, 0));
      String request = "GET /file.bin HTTP/1.0\r\nHost: localhost\r\n\r\n";
      client.send(new ClientFrame.TcpSend(0, 7, ByteBuffer.wrap(request.getBytes(US_ASCII))));
      List<Future<Integer>> written = new ArrayList<>();
      Pieces pieces =
          new Pieces((number, piece) -> written.add(writers.submit(
              () -> write(http, port, number, piece))));
      DaemonFrame frame;
      while ((frame = client.next()) instanceof DaemonFrame.TcpRecv data) {
        pieces.take(data.data());
      }
      assertThat(frame).isEqualTo(new DaemonFrame.TcpClosed(0, 7, 0));
      pieces.end();
      for (Future<Integer> status : written) {
        assertThat(status.get()).isEqualTo(200);
      }
    }
    assertThat(sha256(root.resolve(FILE))).isEqualTo(sha256(served));
  }

  private static int write(HttpClient http, int port, int number, byte[] piece)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/write/downloads"))
            .header("X-JST-Auth", TOKEN)
            .header("X-Path-Base64", Base64.getEncoder().encodeToString(FILE.getBytes(UTF_8)))
            .header("X-Offset", Long.toString((long) number * PIECE))
            .header("X-Expected-SHA1", DigestUtils.sha1Hex(piece))
            .POST(HttpRequest.BodyPublishers.ofByteArray(piece))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private static String sha256(Path file) throws IOException {
    return new DigestUtils(DigestUtils.getSha256Digest()).digestAsHex(file.toFile());
  }

  /** Splits the body of an HTTP answer into pieces. */
  private static final class Pieces {
    private interface Target {
      void piece(int number, byte[] bytes);
    }

    private final Target target;
    private ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE);
    private int number;

    Pieces(Target target) {
      this.target = target;
    }

    void take(ByteBuffer data) {
      while (head != null && data.hasRemaining()) {
        head.write(data.get());
        if (head.toString(US_ASCII).endsWith("\r\n\r\n")) {
          assertThat(head.toString(US_ASCII)).startsWith("HTTP/1.0 200");
          head = null;
        }
      }
      while (data.hasRemaining()) {
        int count = Math.min(data.remaining(), piece.remaining());
        piece.put(data.slice(data.position(), count));
        data.position(data.position() + count);
        if (!piece.hasRemaining()) {
          end();
        }
      }
    }

    void end() {
      target.piece(number++, Arrays.copyOf(piece.array(), piece.position()));
      piece.clear();
    }
  }
}

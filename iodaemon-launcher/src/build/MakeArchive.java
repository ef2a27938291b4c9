import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the class-data archive of a distribution, with the JVM that runs this file:
 * {@code java MakeArchive.java DIST MAIN_CLASS}. It starts the daemon, asks for what native-host
 * and the extension ask first, and ends it; the JVM then writes down the classes that it has
 * loaded. The archive is a mere speed-up: when none can be made, the build goes on without.
 *
 * <p>A dynamic CDS archive, not the AOT cache of newer JDKs: that one starts 12 ms faster but does
 * not notice that a jar has changed, and runs the old classes.
 */
final class MakeArchive {
  private static final String TOKEN = "training";
  private static final int PATIENCE_SECONDS = 120;

  public static void main(String[] args) throws IOException, InterruptedException {
    Path lib = Path.of(args[0], "lib").toRealPath();
    Path archive = lib.resolve("app.jsa");
    Path fresh = lib.resolve("app.jsa.new");
    Files.deleteIfExists(archive);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Path options = lib.resolveSibling("conf").resolve("jvm.options");
    List<String> command =
        List.of(java, "@" + options, "-XX:ArchiveClassesAtExit=" + fresh, "-cp",
            lib.resolve("iodaemon-launcher.jar").toString(), args[1], "--token", TOKEN);
    Path log = Files.createTempFile("make-archive", ".log");
    Process daemon = new ProcessBuilder(command).redirectError(log.toFile()).start();
    try (BufferedReader out = daemon.inputReader(StandardCharsets.US_ASCII)) {
      train(Integer.parseInt(out.readLine()));
    } catch (IOException | NumberFormatException e) {
      System.err.println("[WARNING] the daemon could not be trained: " + e);
    }
    daemon.destroy();
    if (daemon.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && Files.exists(fresh)) {
      Files.move(fresh, archive);
    } else {
      daemon.destroyForcibly();
      Files.deleteIfExists(fresh);
      System.err.println("[WARNING] no class-data archive was made; the daemon starts slower.");
      System.err.print(Files.readString(log));
    }
    Files.delete(log);
  }

  private static void train(int port) throws IOException {
    ask(port, "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    ask(port, "GET /stats HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: " + TOKEN
        + "\r\nConnection: close\r\n\r\n");
    // A handshake, then a Close frame, masked with zeros.
    ask(port, "GET /io HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-JST-Auth: " + TOKEN
        + "\r\n\r\n\u0088\u0080\0\0\0\0");
  }

  private static void ask(int port, String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    }
  }
}

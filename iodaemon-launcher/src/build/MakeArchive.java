import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
    relay(port);
  }

  /** What a client does first: a socket, a few bytes each way, a UDP socket, and the end. */
  private static void relay(int port) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        DatagramSocket datagrams = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Socket client = new Socket("127.0.0.1", port)) {
      client.setSoTimeout(PATIENCE_SECONDS * 1000);
      OutputStream out = client.getOutputStream();
      out.write(
          ("GET /io HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
              + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-JST-Auth: " + TOKEN
              + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
      byte[] host = "127.0.0.1".getBytes(StandardCharsets.US_ASCII);
      out.write(
          frame(0x10, payload(6 + host.length).putShort(port(server.getLocalPort())).put(host)));
      try (Socket peer = server.accept()) {
        peer.getOutputStream().write(new byte[2000]);
        out.write(frame(0x12, payload(2004).put(new byte[2000])));
        peer.getInputStream().readNBytes(2000);
        out.write(frame(0x14, payload(4)));
        peer.getInputStream().read();
      }
      out.write(frame(0x20, payload(6 + host.length).putShort((short) 0).put(host)));
      out.write(
          frame(
              0x22,
              payload(8 + host.length + 9)
                  .putShort(port(datagrams.getLocalPort()))
                  .putShort((short) host.length)
                  .put(host)
                  .put(new byte[9])));
      DatagramPacket packet = new DatagramPacket(new byte[9], 9);
      datagrams.setSoTimeout(PATIENCE_SECONDS * 1000);
      datagrams.receive(packet);
      datagrams.send(packet);
      out.write(new byte[] {(byte) 0x88, (byte) 0x80, 0, 0, 0, 0}); // Close
      client.getInputStream().readAllBytes();
    }
  }

  /** A payload that begins with the id 1. */
  private static ByteBuffer payload(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).putInt(1);
  }

  private static short port(int number) {
    return (short) number;
  }

  /** A whole frame in a binary message, masked with zeros (RFC 6455 § 5.2). */
  private static byte[] frame(int opcode, ByteBuffer payload) {
    int size = 8 + payload.capacity();
    return ByteBuffer.allocate(16 + payload.capacity())
        .put((byte) 0x82)
        .put((byte) (0x80 | 126))
        .putShort((short) size)
        .putInt(0)
        .put((byte) 1)
        .put((byte) opcode)
        .position(16)
        .put(payload.array())
        .array();
  }

  private static void ask(int port, String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    }
  }
}

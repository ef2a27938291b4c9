import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Creates the archive that speeds up the start of a distribution, with the runtime that is part of it,
 * else with the JVM that runs this file, which must be of the same version:
 * {@code java MakeArchive.java DIST MAIN_CLASS}. It starts the daemon, puts a typical load on it
 * and ends it; on exit the JVM writes the archive. From Java 25 on that is an AOT cache, which also
 * holds profiles, so that code is compiled at once rather than after some seconds of work; before,
 * it is a CDS archive of the loaded classes. If it cannot be created, the build goes on without it.
 */
final class MakeArchive {
  private static final String TOKEN = "training";
  private static final String INSTALLATION = "training";
  private static final byte[] HOST = "127.0.0.1".getBytes(StandardCharsets.US_ASCII);
  private static final int TIMEOUT_SECONDS = 120;

  /** The start script unsets them as well: with another collector the archive would not be used. */
  private static final Set<String> UNWANTED =
      Set.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "JDK_AOT_VM_OPTIONS");

  private static final String CHECKSUMS = "app.cksum";
  private static final int CRC_POLYNOMIAL = 0x04C11DB7;

  private static final FileTime FILE_TIME =
      FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

  private static final int FIRST_WITH_PROFILES = 25;
  private static final int CLIENTS = 4;
  private static final int BLOCK_BYTES = 16 << 10;
  private static final int BLOCKS = 2000;
  private static final int PEERS = 8;
  private static final int RELAYED_BLOCKS = 4000; // of all peers, in each direction
  private static final int PIECE_BYTES = 1 << 20;
  private static final int PIECES = 60;

  public static void main(String[] args) throws IOException, InterruptedException {
    // The JDK's client sometimes takes an early answer for an unsolicited one and closes the connection.
    // All requests here can be repeated safely.
    System.setProperty("jdk.httpclient.enableAllMethodRetry", "true");
    boolean profiles = Runtime.version().feature() >= FIRST_WITH_PROFILES;
    Path lib = Path.of(args[0], "lib").toRealPath();
    Path archive = lib.resolve(profiles ? "app.aot" : "app.jsa");
    Path fresh = lib.resolve("app.new");
    Files.deleteIfExists(lib.resolve("app.aot"));
    Files.deleteIfExists(lib.resolve("app.jsa"));
    Files.deleteIfExists(fresh);
    Files.deleteIfExists(lib.resolve(CHECKSUMS));
    setTimes(lib);
    Path runtime = lib.resolveSibling("runtime");
    Path home = Files.exists(runtime) ? runtime : Path.of(System.getProperty("java.home"));
    String java = home.resolve("bin").resolve("java").toString();
    Path conf = lib.resolveSibling("conf");
    Path release = conf.resolve("jvm-" + Runtime.version().feature() + ".options");
    Path work = Files.createTempDirectory("make-archive");
    Path log = work.resolve("log");
    List<String> command = new ArrayList<>(List.of(java, "-Xms20m", "-Xmn12m", "-Xmx512m"));
    command.add("@" + conf.resolve("jvm.options"));
    if (Files.exists(release)) {
      command.add("@" + release);
    }
    command.addAll(
        List.of(
            (profiles ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + fresh,
            "-cp", lib.resolve("iodaemon-launcher.jar").toString(), args[1],
            "--port", "0", "--token", TOKEN, "--install-id", INSTALLATION,
            "--parent-pid", Long.toString(ProcessHandle.current().pid())));
    ProcessBuilder process = new ProcessBuilder(command).redirectError(log.toFile());
    process.environment().keySet().removeAll(UNWANTED);
    process.environment().put("JSTORRENT_CONFIG_DIR", writeProfile(work).toString());
    Process daemon = process.start();
    try (BufferedReader out = daemon.inputReader(StandardCharsets.US_ASCII)) {
      train(Integer.parseInt(out.readLine()), profiles);
    } catch (IOException | NumberFormatException | ExecutionException e) {
      System.err.println("[WARNING] the daemon could not be trained: " + e);
      System.err.print(Files.readString(log));
    }
    daemon.destroy();
    if (daemon.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) && Files.exists(fresh)) {
      Files.move(fresh, archive);
      Files.writeString(lib.resolve(CHECKSUMS), checksums(lib));
      setTimes(lib);
    } else {
      daemon.destroyForcibly();
      Files.deleteIfExists(fresh);
      System.err.println("[WARNING] no archive was made; the daemon starts slower.");
      System.err.print(Files.readString(log));
    }
    try (Stream<Path> rest = Files.walk(work)) {
      for (Path each : rest.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /**
   * Gives all files the same modification time, because a JVM before Java 25 accepts the archive only if the jars
   * have the times that they had when it was made. The start script knows this time, and restores it in a copy
   * that has lost it.
   */
  private static void setTimes(Path lib) throws IOException {
    try (Stream<Path> files = Files.list(lib)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FILE_TIME);
      }
    }
  }

  /** What {@code cksum ./*.jar} prints in this folder (POSIX): by it the start script sees whether a jar was replaced. */
  private static String checksums(Path lib) throws IOException {
    List<String> names;
    try (Stream<Path> files = Files.list(lib)) {
      names = files.map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".jar"))
          .sorted()
          .toList();
    }
    StringBuilder lines = new StringBuilder();
    for (String name : names) {
      byte[] content = Files.readAllBytes(lib.resolve(name));
      lines.append(checksum(content))
          .append(' ')
          .append(content.length)
          .append(" ./")
          .append(name)
          .append('\n');
    }
    return lines.toString();
  }

  private static String checksum(byte[] content) {
    int crc = 0;
    for (byte each : content) {
      crc = add(crc, each);
    }
    for (long length = content.length; length != 0; length >>>= Byte.SIZE) {
      crc = add(crc, (byte) length);
    }
    return Integer.toUnsignedString(~crc);
  }

  private static int add(int crc, byte next) {
    int sum = crc ^ next << 24;
    for (int bit = 0; bit < Byte.SIZE; bit++) {
      sum = sum << 1 ^ (sum < 0 ? CRC_POLYNOMIAL : 0);
    }
    return sum;
  }

  /**
   * Writes a profile, so that the daemon starts as native-host starts it and the archive has those
   * classes too.
   */
  private static Path writeProfile(Path work) throws IOException {
    Path root = Files.createDirectory(work.resolve("root"));
    Path folder = Files.createDirectory(work.resolve("jstorrent-native"));
    Files.writeString(
        folder.resolve("rpc-info.json"),
        """
            {"version": 1, "profiles": [{"install_id": "%s", "extension_id": null, "pid": 1, "port": 0,
              "token": "", "started": 0, "last_used": 0, "salt": "", "browser": {"name": "", "binary": "",
              "extension_id": null}, "download_roots": [{"key": "train", "path": "%s",
              "display_name": "", "removable": false, "last_stat_ok": true, "last_checked": 0}]}]}
            """
            .formatted(INSTALLATION, root.toString().replace("\\", "\\\\")));
    return work;
  }

  private static void train(int port, boolean withLoad)
      throws IOException, InterruptedException, ExecutionException {
    ask(port, "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    ask(port, "GET /stats HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: " + TOKEN
        + "\r\nConnection: close\r\n\r\n");
    relay(port);
    if (withLoad) {
      files(port);
    }
  }

  /** Runs several clients that write small blocks, write verified pieces, hash and read. */
  private static void files(int port) throws InterruptedException, ExecutionException {
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        HttpClient http = HttpClient.newHttpClient()) {
      List<Future<?>> clients = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        String path = Base64.getEncoder().encodeToString(("file" + client).getBytes(UTF_8));
        clients.add(threads.submit(() -> client(http, "http://127.0.0.1:" + port, path)));
      }
      for (Future<?> client : clients) {
        client.get();
      }
    }
  }

  private static Void client(HttpClient http, String base, String path) throws Exception {
    byte[] block = new byte[BLOCK_BYTES];
    byte[] piece = new byte[PIECE_BYTES];
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(piece));
    for (int i = 0; i < BLOCKS; i++) {
      require(http, request(base + "/write/train", path, i * (long) BLOCK_BYTES)
          .POST(BodyPublishers.ofByteArray(block)));
    }
    for (int i = 0; i < PIECES; i++) {
      long offset = i * (long) PIECE_BYTES;
      require(http, request(base + "/write/train", path, offset)
          .header("X-Expected-SHA1", digest)
          .POST(BodyPublishers.ofByteArray(piece)));
      require(http, request(base + "/hash/sha1", path, 0)
          .POST(BodyPublishers.ofByteArray(piece)));
      require(http, request(base + "/read/train", path, offset)
          .header("X-Length", Integer.toString(PIECE_BYTES))
          .GET());
    }
    return null;
  }

  private static HttpRequest.Builder request(String uri, String path, long offset) {
    return HttpRequest.newBuilder(URI.create(uri))
        .header("X-JST-Auth", TOKEN)
        .header("X-Path-Base64", path)
        .header("X-Offset", Long.toString(offset));
  }

  private static void require(HttpClient http, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    int status = http.send(request.build(), BodyHandlers.discarding()).statusCode();
    if (status != 200) {
      throw new IOException("The daemon answered " + status + ".");
    }
  }

  /**
   * Relays what a typical client does, which authenticates by frames as a browser does: several TCP sockets with
   * bytes in both directions, half of which their peers close, and a UDP socket.
   */
  private static void relay(int port) throws IOException, InterruptedException, ExecutionException {
    try (ServerSocket server = new ServerSocket(0, PEERS, InetAddress.getLoopbackAddress());
        Socket client = new Socket("127.0.0.1", port);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      client.setSoTimeout(TIMEOUT_SECONDS * 1000);
      OutputStream out = client.getOutputStream();
      out.write(
          ("GET /io HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
              + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
              .getBytes(StandardCharsets.ISO_8859_1));
      Future<?> reader = threads.submit(() -> drain(client));
      out.write(frame(0x01, ByteBuffer.allocate(0)));
      byte[] token = TOKEN.getBytes(StandardCharsets.US_ASCII);
      out.write(frame(0x03, ByteBuffer.allocate(1 + token.length).put((byte) 1).put(token)));
      List<Future<?>> peers = new ArrayList<>();
      for (int id = 1; id <= PEERS; id++) {
        out.write(frame(0x10,
            payload(id, 6 + HOST.length).putShort(port(server.getLocalPort())).put(HOST)));
        Socket peer = server.accept();
        boolean first = id % 2 == 0;
        peers.add(threads.submit(() -> peer(peer, first, threads)));
      }
      for (int block = 0; block < RELAYED_BLOCKS; block++) {
        out.write(
            frame(0x12, payload(1 + block % PEERS, 4 + BLOCK_BYTES).put(new byte[BLOCK_BYTES])));
      }
      for (int id = 1; id <= PEERS; id += 2) {
        out.write(frame(0x14, payload(id, 4)));
      }
      for (Future<?> peer : peers) {
        peer.get();
      }
      datagrams(out);
      out.write(new byte[] {(byte) 0x88, (byte) 0x80, 0, 0, 0, 0}); // Close
      reader.get();
    }
  }

  /** The other end of a socket; it closes when it has all bytes, or waits for the daemon to close. */
  private static Void peer(Socket socket, boolean closesFirst, ExecutorService threads)
      throws Exception {
    try (socket) {
      Future<?> writer =
          threads.submit(
              () -> {
                for (int block = 0; block < RELAYED_BLOCKS / PEERS; block++) {
                  socket.getOutputStream().write(new byte[BLOCK_BYTES]);
                }
                return null;
              });
      socket.getInputStream().skipNBytes((long) RELAYED_BLOCKS / PEERS * BLOCK_BYTES);
      writer.get();
      if (!closesFirst) {
        socket.getInputStream().read();
      }
      return null;
    }
  }

  private static void datagrams(OutputStream out) throws IOException {
    try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      out.write(frame(0x20, payload(1, 6 + HOST.length).putShort((short) 0).put(HOST)));
      out.write(
          frame(
              0x22,
              payload(1, 8 + HOST.length + 9)
                  .putShort(port(peer.getLocalPort()))
                  .putShort((short) HOST.length)
                  .put(HOST)
                  .put(new byte[9])));
      DatagramPacket packet = new DatagramPacket(new byte[9], 9);
      peer.setSoTimeout(TIMEOUT_SECONDS * 1000);
      peer.receive(packet);
      peer.send(packet);
    }
  }

  private static void drain(Socket socket) {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      System.err.println("[WARNING] the relay could not be trained: " + e);
    }
  }

  /** A payload that starts with the id of a socket. */
  private static ByteBuffer payload(int id, int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).putInt(id);
  }

  private static short port(int number) {
    return (short) number;
  }

  /** A frame in a binary message, masked with zeros (RFC 6455 § 5.2). */
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

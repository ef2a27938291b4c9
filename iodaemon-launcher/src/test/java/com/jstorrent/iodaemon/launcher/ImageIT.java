package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.Program;
import com.jstorrent.iodaemon.testkit.TestTls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The image runs where there is no Java, however it got there, and names all that is in it. {@code
 * mvn -Pimage verify} makes it and runs this and the tests of the launch contract with it.
 */
@Timeout(600)
@EnabledOnOs({OS.LINUX, OS.MAC})
class ImageIT {
  private static final String TOKEN = "t";
  private static final Path IMAGE =
      Path.of(System.getProperty("image.dir", "none")).toAbsolutePath();

  @TempDir
  Path folder;

  @BeforeAll
  static void requireImage() {
    if (!Files.isDirectory(IMAGE)) {
      String message = "SKIPPED: to test the image run: mvn -Pimage verify";
      System.err.println(message);
      Assumptions.abort(message);
    }
  }

  /** Starts it with no variable that names a Java, and no program in the PATH. */
  private static List<String> command(Path image, String... options) {
    List<String> command = new ArrayList<>(List.of("env", "-i", "PATH=/none/such"));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            image.resolve("bin").resolve("jstorrent-io-daemon").toString(), "--token", TOKEN,
            "--limit", "secureTimeout=1m")); // the first handshake loads the classes of TLS
    return command;
  }

  private static void assertServes(DaemonProcess daemon) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + daemon.port() + "/stats"))
            .header("X-JST-Auth", TOKEN)
            .build();
    assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void itRunsOnNothingButItsOwnRuntimeAndItsArchive() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.run(command(IMAGE))) {
      assertServes(daemon);
      List<Path> mapped;
      try (Stream<String> lines =
          Files.lines(Path.of("/proc", Long.toString(daemon.process().pid()), "maps"))) {
        mapped =
            lines.filter(line -> line.contains("/"))
                .map(line -> Path.of(line.substring(line.indexOf('/'))))
                .distinct()
                .toList();
      }
      Path image = IMAGE.toRealPath();
      assertThat(mapped)
          .contains(
              image.resolve("runtime/lib/server/libjvm.so"), image.resolve("runtime/lib/modules"),
              image.resolve("lib/app.aot"));
      assertThat(mapped.stream().filter(file -> !file.startsWith(image)))
          .as("the rest is the system's")
          .noneMatch(file -> file.toString().matches(".*(/jvm/|/java|libj|/jdk).*"));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void itStartsWhereThereIsNoOtherJava() throws Exception {
    Path other = Path.of(System.getProperty("java.home")).toRealPath();
    List<String> hidden =
        new ArrayList<>(
            List.of(
                "unshare", "--mount", "sh", "-c", "mount -t tmpfs none \"$0\" && exec \"$@\"",
                other.toString()));
    List<String> look = new ArrayList<>(hidden);
    look.addAll(List.of("test", "!", "-e", other.resolve("bin").toString()));
    Process mayHide = new ProcessBuilder(look).redirectErrorStream(true).start();
    if (mayHide.waitFor() != 0) {
      String message = "SKIPPED: other JVMs cannot be hidden here: " + mayHide;
      System.err.println(message);
      Assumptions.abort(message);
    }
    hidden.addAll(command(IMAGE));
    try (DaemonProcess daemon = DaemonProcess.run(hidden)) {
      assertServes(daemon);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tar xzf %s.tar.gz -C %s", "unzip -q %s.zip -d %s"})
  void unpackedItIsTheSameAndItsArchiveIsValidInAnyTimeZone(String unpack) throws Exception {
    String archives = IMAGE.resolveSibling("jstorrent-io-daemon-image").toString();
    String program = unpack.substring(0, unpack.indexOf(' '));
    Program.assumeThere("sh", "-c", "command -v " + program);
    String[] command = unpack.formatted(archives, folder).split(" ");
    try (Program unpacking = Program.start(Map.of("TZ", "Asia/Tokyo"), command)) {
      unpacking.awaitExit();
    }
    Path unpacked = folder.resolve("jstorrent-io-daemon-image");
    assertThat(content(unpacked)).isEqualTo(content(IMAGE));
    // With this option the JVM ends where it would otherwise start without the archive.
    try (DaemonProcess daemon =
        DaemonProcess.run(command(unpacked, "JSTORRENT_JAVA_OPTIONS=-XX:AOTMode=on"))) {
      assertServes(daemon);
    }
  }

  /** Each file with its digest and whether it can be executed. */
  private static Map<String, String> content(Path image) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(image)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(
            image.relativize(file).toString(),
            DigestUtils.sha256Hex(Files.readAllBytes(file)) + " " + Files.isExecutable(file));
      }
    }
    return content;
  }

  @Test
  void madeAgainItHasTheSameBytesButForTheArchive() throws Exception {
    Path again = folder.resolve("again");
    try (Program make =
        Program.start(
            Jvm.NEWEST.java(), Path.of("src", "build", "MakeImage.java").toString(),
            IMAGE.resolveSibling("dist").toString(), again.toString(),
            "2026-01-01T00:00:00Z")) {
      make.awaitExit();
    }
    Map<String, String> expected = content(IMAGE);
    expected.remove("lib/app.aot"); // it holds what the JVM happened to measure
    expected.remove("lib/app.cksum"); // made together with it
    assertThat(content(again)).isEqualTo(expected);
  }

  @Test
  void theRuntimeHasTheModulesThatTheJarsNeed() throws Exception {
    String lib = IMAGE.resolve("lib").toString();
    List<String> options =
        new ArrayList<>(
            List.of(
                "--multi-release", "21", "--ignore-missing-deps", "--print-module-deps",
                "--module-path", lib));
    try (Stream<Path> jars = Files.list(Path.of(lib))) {
      jars.filter(jar -> jar.toString().endsWith(".jar"))
          .forEach(jar -> options.add(jar.toString()));
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, UTF_8);
    int status =
        ToolProvider.findFirst("jdeps").orElseThrow().run(out, out, options.toArray(String[]::new));
    String needed = said.toString(UTF_8).strip();
    assertThat(status).as(needed).isZero();
    assertThat(modules()).contains(needed.split(","));
  }

  private static List<String> modules() throws IOException {
    try (Program list =
        Program.start(IMAGE.resolve("runtime/bin/java").toString(), "--list-modules")) {
      return list.readAll().lines().map(line -> line.substring(0, line.indexOf('@'))).toList();
    }
  }

  @Test
  void itHasTheLicencesOfTheLibrariesAndOfEachModule() throws Exception {
    assertThat(IMAGE.resolve("THIRD-PARTY.txt"))
        .hasSameTextualContentAs(IMAGE.resolveSibling("dist").resolve("THIRD-PARTY.txt"));
    for (String module : modules()) {
      assertThat(IMAGE.resolve("runtime/legal").resolve(module).resolve("LICENSE")).exists();
    }
  }

  @Test
  void theRuntimesBillOfMaterialsNamesItsVersionAndModules() throws Exception {
    Map<?, ?> bill =
        Json.readObject(Files.readString(IMAGE.resolve("jstorrent-io-daemon-runtime.cdx.json")));
    Map<?, ?> runtime = (Map<?, ?>) ((Map<?, ?>) bill.get("metadata")).get("component");
    String version = (String) runtime.get("version");
    try (Program java =
        Program.start(IMAGE.resolve("runtime/bin/java").toString(), "-XshowSettings:properties",
            "--version")) {
      assertThat(java.readAll())
          .contains("java.runtime.version = " + version + "\n",
              "java.vendor = " + runtime.get("publisher"));
    }
    assertThat(
        ((List<?>) bill.get("components")).stream()
            .map(module -> ((Map<?, ?>) module).get("name"))
            .toList())
        .isEqualTo(modules());
  }

  @Test
  void namesAreResolvedAndTlsWithEllipticCurvesWorks() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.run(command(IMAGE));
        Peer peer = Peer.open();
        WireClient client = new WireClient(HttpClient.newHttpClient(), daemon.port(), TOKEN)) {
      client.send(new ClientFrame.TcpConnect(3, 1, peer.port(), TestTls.HOST));
      assertThat(client.expect(DaemonFrame.TcpConnected.class).errno()).isZero();
      SSLSocket socket = TestTls.serve(peer.accept());
      CompletableFuture<Void> shaking = CompletableFuture.runAsync(() -> handshake(socket));
      client.send(new ClientFrame.TcpSecure(4, 1, true, TestTls.HOST));
      assertThat(client.expect(DaemonFrame.TcpSecured.class).errno()).isZero();
      shaking.get();
      client.send(new ClientFrame.TcpSend(5, 1, ByteBuffer.wrap("to the peer".getBytes(UTF_8))));
      assertThat(socket.getInputStream().readNBytes(11)).asString(UTF_8).isEqualTo("to the peer");
    }
  }

  @Test
  void itsOwnListOfAuthoritiesIsAsked() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.run(command(IMAGE));
        Peer peer = Peer.open();
        WireClient client = new WireClient(HttpClient.newHttpClient(), daemon.port(), TOKEN)) {
      client.send(new ClientFrame.TcpConnect(3, 1, peer.port(), TestTls.HOST));
      assertThat(client.expect(DaemonFrame.TcpConnected.class).errno()).isZero();
      SSLSocket socket = TestTls.serve(peer.accept());
      CompletableFuture<Void> shaking = CompletableFuture.runAsync(() -> handshake(socket));
      client.send(new ClientFrame.TcpSecure(4, 1, false, TestTls.HOST));
      assertThat(client.expect(DaemonFrame.TcpSecured.class).errno())
          .isEqualTo(Errno.EKEYREJECTED.number());
      assertThat(shaking).as("the peer is told as well").failsWithin(Duration.ofSeconds(60));
    }
  }

  private static void handshake(SSLSocket socket) {
    try {
      socket.startHandshake();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void inAFolderWithAColonItReportsThat() throws Exception {
    Installation installation = Installation.in(IMAGE, folder.resolve("we:ird"));
    try (DaemonProcess daemon =
        DaemonProcess.run(List.of(installation.script().toString(), "--token", TOKEN))) {
      assertThat(daemon.awaitExit()).isEqualTo(1);
      assertThat(daemon.stderr())
          .isEqualTo(
              "The daemon cannot start from a folder whose path has a colon; move it to another one.\n");
    }
  }

  @Test
  void anotherJvmCanBeNamed() throws Exception {
    String home = System.getProperty("java.home");
    try (DaemonProcess daemon =
        DaemonProcess.run(command(IMAGE, "JSTORRENT_JAVA_HOME=" + home))) {
      assertServes(daemon);
      assertThat(Path.of(daemon.process().info().command().orElseThrow()).toRealPath())
          .startsWith(Path.of(home).toRealPath());
    }
  }
}

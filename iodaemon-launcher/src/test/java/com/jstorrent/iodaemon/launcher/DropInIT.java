package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Program;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Installed as docs/drop-in.md says, the daemon serves an extension that knows native-host only. Here a
 * Python program does what native-host does, and this test what browser and extension do.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // reading from a process cannot be interrupted
@EnabledOnOs({OS.LINUX, OS.MAC})
class DropInIT {
  private static final String EXTENSION = "abcdefghijklmnopabcdefghijklmnop";

  @TempDir
  Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private Process host;
  private DataInputStream fromHost;

  /** The name that native-host looks for in its own folder is a link into the distribution. */
  @BeforeEach
  void install() throws Exception {
    Program.assumeThere("python3", "--version");
    writeProfile("first");
    Path installed = Files.createDirectory(folder.resolve("jstorrent native"));
    Path program =
        Files.copy(
            Path.of("src", "test", "resources", "jstorrent-native-host"),
            installed.resolve("jstorrent-native-host"));
    Files.createSymbolicLink(installed.resolve("jstorrent-io-daemon"), DaemonProcess.script());
    ProcessBuilder builder =
        new ProcessBuilder("python3", program.toString(), "chrome-extension://" + EXTENSION + "/")
            .redirectError(folder.resolve("stderr").toFile());
    builder.environment().put("JSTORRENT_CONFIG_DIR", folder.toString());
    host = builder.start();
    fromHost = new DataInputStream(host.getInputStream());
  }

  @AfterEach
  void close() {
    if (host != null) {
      host.destroyForcibly();
    }
  }

  private void writeProfile(String root) throws IOException {
    Path profile = folder.resolve("jstorrent-native").resolve("rpc-info.json");
    Files.createDirectories(profile.getParent());
    Files.writeString(
        profile,
        """
            {"version": 1, "profiles": [{"extension_id": "%s", "install_id": "i", "pid": 1, "port": 2,
              "token": "of-native-host", "started": 3, "last_used": 4,
              "browser": {"name": "chrome", "binary": "/usr/bin/chrome", "extension_id": "%s"},
              "download_roots": [{"key": "%s", "path": "%s", "display_name": "Downloads",
                "removable": false, "last_stat_ok": true, "last_checked": 5}]}]}
            """
            .formatted(EXTENSION, EXTENSION, root, folder));
  }

  private Map<String, Object> ask(String request) throws IOException {
    byte[] message = request.getBytes(UTF_8);
    host.getOutputStream()
        .write(
            ByteBuffer.allocate(4 + message.length)
                .order(ByteOrder.nativeOrder())
                .putInt(message.length)
                .put(message)
                .array());
    host.getOutputStream().flush();
    ByteBuffer size = ByteBuffer.wrap(fromHost.readNBytes(4)).order(ByteOrder.nativeOrder());
    assertThat(size.remaining()).as(Files.readString(folder.resolve("stderr"))).isEqualTo(4);
    return Json.readObject(new String(fromHost.readNBytes(size.getInt()), UTF_8));
  }

  /** What the extension is told of the daemon. */
  private record Told(long pid, int port, String token) {
    ProcessHandle process() {
      return ProcessHandle.of(pid).orElseThrow();
    }
  }

  private Told handshake() throws IOException {
    Map<String, Object> answer = ask("{\"op\": \"handshake\", \"install_id\": \"i\"}");
    return new Told(
        ((Number) answer.get("pid")).longValue(), ((Number) answer.get("port")).intValue(),
        (String) answer.get("token"));
  }

  /** As a page of the extension does it. */
  private void assertServes(Told daemon, String root) throws Exception {
    HttpResponse<String> roots =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + daemon.port + "/roots"))
                .header("X-JST-Auth", daemon.token)
                .header("Origin", "chrome-extension://" + EXTENSION)
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(roots.body()).contains("\"key\":\"" + root + "\"");
    assertThat(roots.headers().firstValue("Access-Control-Allow-Origin"))
        .contains("chrome-extension://" + EXTENSION);
    try (WireClient client = new WireClient(http, daemon.port, daemon.token)) {
      assertThat(client.serverHello()).isEmpty();
    }
  }

  private static void awaitGone(ProcessHandle daemon) {
    ParentProcess process =
        ParentProcess.of(
            Optional.of(daemon), daemon, Path.of("/proc", Long.toString(daemon.pid())));
    TestDaemon.await("the daemon to end", () -> !process.isRunning());
  }

  @Test
  void theExtensionIsServedAndANewRootIsAnnounced() throws Exception {
    Told daemon = handshake();
    assertServes(daemon, "first");
    writeProfile("second");
    assertThat(handshake()).as("the same one, which has read the profile again").isEqualTo(daemon);
    assertServes(daemon, "second");
  }

  @Test
  void afterItWasKilledAnotherOneServesWithAnotherToken() throws Exception {
    Told first = handshake();
    assertServes(first, "first");
    first.process().destroyForcibly();
    assertThat(ask("{\"op\": \"wait\"}")).as("SIGKILL").containsEntry("status", -9L);
    Told second = handshake();
    assertThat(second.token).isNotEqualTo(first.token);
    assertServes(second, "first");
  }

  @Test
  void aShutdownByTheExtensionEndsItWithZeroThoughItsOutputHasNoReader() throws Exception {
    Told daemon = handshake();
    HttpRequest shutdown =
        HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + daemon.port + "/control/shutdown"))
            .header("X-JST-Auth", daemon.token)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    assertThat(http.send(shutdown, HttpResponse.BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);
    assertThat(ask("{\"op\": \"wait\"}")).containsEntry("status", 0L);
  }

  @Test
  void nothingIsLeftWhenTheBrowserEnds() throws Exception {
    ProcessHandle daemon = handshake().process();
    host.getOutputStream().close();
    assertThat(host.waitFor(60, TimeUnit.SECONDS)).isTrue();
    awaitGone(daemon);
  }

  @Test
  void nothingIsLeftWhenNativeHostIsKilled() throws Exception {
    Told daemon = handshake();
    assertServes(daemon, "first");
    ProcessHandle process = daemon.process();
    host.destroyForcibly();
    awaitGone(process);
  }
}

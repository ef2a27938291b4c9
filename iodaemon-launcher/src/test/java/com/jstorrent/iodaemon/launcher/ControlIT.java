package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PROTOCOL.md § 3 and § 5.4 with the real process: {@code /control}, and a profile that changes.
 */
class ControlIT {
  private static final String TOKEN = "t";
  private static final String OLD = "chrome-extension://aaaa";
  private static final String NEW = "chrome-extension://bbbb";

  @TempDir
  Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private Path profile;
  private Path second;
  private DaemonProcess daemon;
  private int port;

  @BeforeEach
  void start() throws Exception {
    profile = folder.resolve("jstorrent-native").resolve("rpc-info.json");
    Files.createDirectories(profile.getParent());
    second = rootWith("two");
    write("aaaa", "k", rootWith("one"));
    daemon =
        DaemonProcess.start(
            Map.of("JSTORRENT_CONFIG_DIR", folder.toString()),
            "--token", TOKEN, "--install-id", "i", "--root", "line=" + rootWith("line"),
            "--limit", "handshakeTimeout=1m");
    port = daemon.port();
  }

  @AfterEach
  void stop() throws Exception {
    daemon.close();
    http.shutdownNow();
  }

  private Path rootWith(String content) throws IOException {
    Path root = Files.createDirectories(folder.resolve("root of " + content));
    Files.writeString(root.resolve("f"), content);
    return root;
  }

  private void write(String extension, String key, Path root) throws IOException {
    Map<String, Object> described =
        Map.of(
            "install_id", "i", "extension_id", extension, "download_roots",
            List.of(Map.of("key", key, "path", root.toString(), "display_name", "Films")));
    Files.writeString(
        profile, Json.write(Map.of("version", 1, "profiles", List.of(described))));
  }

  private WireClient control(String hello) throws Exception {
    return new WireClient(http, port, "/control", TOKEN, hello);
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    return http.send(
        request(path).headers(headers).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .header("X-JST-Auth", TOKEN);
  }

  private HttpResponse<String> reload() throws Exception {
    return http.send(
        request("/api/read-rpc-info-from-disk")
            .POST(HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** The content of a file below this root, or the status if it cannot be read. */
  private String read(String key) throws Exception {
    String name = Base64.getEncoder().encodeToString("f".getBytes(UTF_8));
    HttpResponse<String> response = get("/read/" + key, "X-Path-Base64", name);
    return response.statusCode() == 200 ? response.body() : "" + response.statusCode();
  }

  private boolean admits(String origin) throws Exception {
    return get("/stats", "Origin", origin)
        .headers()
        .firstValue("Access-Control-Allow-Origin")
        .filter(origin::equals)
        .isPresent();
  }

  private static List<String> keys(Object roots) {
    List<String> keys = new ArrayList<>();
    ((List<?>) roots).forEach(root -> keys.add((String) ((Map<?, ?>) root).get("key")));
    return keys;
  }

  private void assertServes(String key, String content, String gone) throws Exception {
    assertThat(keys(Json.readObject(get("/roots", "X-A", "b").body()).get("roots")))
        .containsExactly("line", key);
    assertThat(read(key)).isEqualTo(content);
    assertThat(read("line")).isEqualTo("line");
    assertThat(read(gone)).isEqualTo("403");
  }

  @Test
  void reloadingAppliesTheWholeProfile() throws Exception {
    try (WireClient one = control("");
        WireClient other = control("{\"caps\":[]}");
        WireClient io = new WireClient(http, port, TOKEN)) {
      assertServes("k", "one", "n");
      assertThat(admits(OLD)).isTrue();
      write("bbbb", "n", second);
      assertServes("k", "one", "n");
      HttpResponse<String> answer = reload();
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("{}");
      for (WireClient client : List.of(one, other)) {
        List<?> roots =
            (List<?>) Json.read(client.expect(DaemonFrame.RootsChanged.class).roots());
        assertThat(keys(roots)).containsExactly("line", "n");
        assertThat(((Map<?, ?>) roots.getLast()).keySet().stream().map(String::valueOf))
            .contains(
                "key", "uri", "displayName", "removable", "lastStatOk", "lastChecked",
                "available");
        assertThat(((Map<?, ?>) roots.getLast()).get("displayName")).isEqualTo("Films");
        assertThat(roots.toString()).doesNotContain(folder.toString());
      }
      assertServes("n", "two", "k");
      assertThat(admits(NEW)).isTrue();
      assertThat(admits(OLD)).isFalse();
      assertThat(io.isSilent()).isTrue();
    }
  }

  @Test
  void aBrokenOrMissingProfileChangesNothing() throws Exception {
    try (WireClient client = control("")) {
      Files.writeString(profile, "{ broken");
      assertFails(reload());
      Files.delete(profile);
      assertFails(reload());
      Files.createDirectory(profile);
      assertFails(reload());
      assertServes("k", "one", "n");
      assertThat(admits(OLD)).isTrue();
      assertThat(client.isSilent()).isTrue();
      Files.delete(profile);
      write("bbbb", "n", second);
      assertThat(reload().statusCode()).isEqualTo(200);
      client.expect(DaemonFrame.RootsChanged.class);
      assertServes("n", "two", "k");
    }
  }

  private void assertFails(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(500);
    assertThat(Json.readObject(answer.body())).containsEntry("error", "EIO");
    assertThat(answer.body()).doesNotContain(folder.toString());
  }

  @Test
  void aRootThatVanishesIsReportedUnasked() throws Exception {
    try (WireClient client = control("")) {
      write("aaaa", "n", second);
      assertThat(reload().statusCode()).isEqualTo(200);
      client.expect(DaemonFrame.RootsChanged.class); // it now knows the current roots
      Files.delete(second.resolve("f"));
      Files.delete(second);
      Object roots = Json.read(client.expect(DaemonFrame.RootsChanged.class).roots());
      assertThat(((Map<?, ?>) ((List<?>) roots).getLast()).get("available")).isEqualTo(false);
    }
  }

  @Test
  void statisticsAreEventsThatListTheSessions() throws Exception {
    try (WireClient panel = control("{\"caps\":[\"stats\",\"resume\"],\"session\":\"panel\"}")) {
      assertThat(Json.readObject(panel.serverHello()).get("caps")).isEqualTo(List.of("stats"));
      for (int i = 0; i < 2; i++) {
        Map<String, ?> event =
            Json.readObject(panel.expect(DaemonFrame.Event.class).event());
        assertThat(event.get("event")).isEqualTo("stats");
        Map<?, ?> payload = (Map<?, ?>) event.get("payload");
        assertThat(payload.get("ws_connections")).isEqualTo(1L);
        Map<?, ?> session = (Map<?, ?>) ((List<?>) payload.get("sessions")).getFirst();
        assertThat(session.get("name")).isEqualTo("panel");
        assertThat(session.get("endpoint")).isEqualTo("control");
      }
    }
  }

  @Test
  void framesOfIoAndAMissingFolderPickerGiveErrors() throws Exception {
    try (WireClient client = control("")) {
      client.send(new ClientFrame.TcpConnect(7, 1, port, "127.0.0.1"));
      assertThat(client.expect(DaemonFrame.Error.class).requestId()).isEqualTo(7);
      client.send(new ClientFrame.OpenFolderPicker(8));
      assertThat(client.expect(DaemonFrame.Error.class).requestId()).isEqualTo(8);
    }
  }

  @Test
  void sigtermClosesTheWebSocketWithGoingAway() throws Exception {
    try (WireClient client = control("")) {
      daemon.terminate();
      assertThat(client.awaitClose()).isEqualTo(1001);
    }
    assertThat(daemon.awaitExit()).isZero();
  }
}

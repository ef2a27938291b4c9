package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Program;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Paths that are not regular files where the process expects one: it gives a reason and never
 * blocks.
 */
@Timeout(600)
@EnabledOnOs({OS.LINUX, OS.MAC})
class NonRegularFilesIT {
  private static final String TOKEN = "t";

  @TempDir
  Path folder;

  private Path profile;

  @BeforeEach
  void makeFolder() throws Exception {
    profile = Files.createDirectory(folder.resolve("jstorrent-native")).resolve("rpc-info.json");
  }

  private interface Maker {
    void make(Path path) throws Exception;
  }

  private static Map<String, Maker> kinds() {
    Map<String, Maker> kinds = new LinkedHashMap<>();
    kinds.put("a folder", Files::createDirectory);
    kinds.put("a pipe", path -> {
      try (Program mkfifo = Program.start("mkfifo", path.toString())) {
        mkfifo.awaitExit();
      }
    });
    kinds.put("a device", path -> Files.createSymbolicLink(path, Path.of("/dev/zero")));
    kinds.put("a loop", path -> Files.createSymbolicLink(path, path));
    kinds.put("a dangling link", path -> Files.createSymbolicLink(path, Path.of("/none/such")));
    kinds.put("a socket", path -> {
      try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        socket.bind(UnixDomainSocketAddress.of(path));
      }
    });
    return kinds;
  }

  @Test
  void aLogFileThatIsNotRegularGivesAReasonAndStatusOne() throws Exception {
    Path log = folder.resolve("log");
    for (Map.Entry<String, Maker> kind : kinds().entrySet()) {
      kind.getValue().make(log);
      try (DaemonProcess daemon =
          DaemonProcess.start(Map.of(), "--token", TOKEN, "--log-file", log.toString())) {
        assertThat(daemon.awaitExit()).as(kind.getKey()).isEqualTo(ExitCode.FAILED.number());
        assertThat(daemon.stderr().lines()).as(kind.getKey()).hasSize(1);
        assertThat(daemon.stderr()).contains("The log file must be a").doesNotContain("/");
        assertThat(daemon.restOfStdout()).isEmpty();
      }
      Files.delete(log);
    }
  }

  @Test
  void aProfileThatIsNotRegularCausesAWarningAtTheStart() throws Exception {
    for (Map.Entry<String, Maker> kind : kinds().entrySet()) {
      kind.getValue().make(profile);
      try (DaemonProcess daemon = start()) {
        assertThat(ask(daemon.port(), "GET", "/roots").body()).isEqualTo("{\"roots\":[]}");
        daemon.awaitStderr("warn ProfileFile: rpc-info.json ");
        assertThat(daemon.stderr()).as(kind.getKey()).doesNotContain(folder.toString());
      }
      Files.delete(profile);
    }
  }

  @Test
  void aProfileThatIsNoLongerRegularChangesNothing() throws Exception {
    Files.writeString(
        profile,
        "{\"profiles\":[{\"install_id\":\"i\",\"download_roots\":[{\"key\":\"k\",\"path\":\"%s\"}]}]}"
            .formatted(folder));
    try (DaemonProcess daemon = start()) {
      int port = daemon.port();
      for (Map.Entry<String, Maker> kind : kinds().entrySet()) {
        Files.delete(profile);
        kind.getValue().make(profile);
        HttpResponse<String> answer = ask(port, "POST", "/api/read-rpc-info-from-disk");
        assertThat(answer.statusCode()).as(kind.getKey()).isEqualTo(500);
        assertThat(answer.body()).doesNotContain(folder.toString());
        assertThat(ask(port, "GET", "/roots").body()).contains("\"key\":\"k\"");
      }
    }
  }

  private DaemonProcess start() throws Exception {
    return DaemonProcess.start(
        Map.of("JSTORRENT_CONFIG_DIR", folder.toString()), "--token", TOKEN, "--install-id", "i");
  }

  private static HttpResponse<String> ask(int port, String method, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("X-JST-Auth", TOKEN)
            .method(method, BodyPublishers.noBody())
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
  }
}

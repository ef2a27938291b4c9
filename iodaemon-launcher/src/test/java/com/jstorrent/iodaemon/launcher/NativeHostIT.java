package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Program;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * PROTOCOL.md § 1 with another program instead of native-host: however that ends, no daemon is left
 * behind.
 */
@Timeout(600)
@EnabledOnOs({OS.LINUX, OS.MAC})
@ParameterizedClass
@EnumSource(Jvm.class)
class NativeHostIT {
  private static final String TOKEN = "t";
  private static final String FOREIGN = "a message of the browser, for the parent";

  @Parameter
  Jvm jvm;

  @TempDir
  Path folder;

  @BeforeEach
  void writeProfile() throws Exception {
    Program.assumeThere("python3", "--version");
    jvm.assumeThere();
    Path profile = folder.resolve("jstorrent-native").resolve("rpc-info.json");
    Files.createDirectories(profile.getParent());
    Files.writeString(
        profile,
        "{\"profiles\":[{\"install_id\":\"i\",\"download_roots\":[{\"key\":\"k\",\"path\":\"%s\"}]}]}"
            .formatted(folder));
  }

  /** The parent; its standard input has bytes that the daemon must not read. */
  private final class Host implements AutoCloseable {
    private final Process process;
    private final BufferedReader said;

    Host() throws IOException {
      Path program = Path.of("src", "test", "resources", "native-host.py");
      ProcessBuilder builder =
          new ProcessBuilder(
              "python3", program.toString(), DaemonProcess.script().toString(), TOKEN, "i")
              .redirectError(folder.resolve("stderr").toFile());
      builder
          .environment()
          .putAll(jvm.environment(Map.of("JSTORRENT_CONFIG_DIR", folder.toString())));
      process = builder.start();
      said = process.inputReader(UTF_8);
      process.getOutputStream().write(FOREIGN.getBytes(UTF_8));
      process.getOutputStream().close();
    }

    /** Reads the next line, which must start with this word, and returns the rest. */
    private String expect(String word) throws IOException {
      String line = said.readLine();
      assertThat(line).as(Files.readString(folder.resolve("stderr"))).startsWith(word + " ");
      return line.substring(word.length() + 1);
    }

    private ProcessHandle starting() throws IOException {
      return ProcessHandle.of(Long.parseLong(expect("starting"))).orElseThrow();
    }

    private int port() throws IOException {
      return Integer.parseInt(expect("port"));
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private static void assertServes(int port) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    try (WireClient client = new WireClient(http, port, TOKEN)) {
      assertThat(client.serverHello()).isEmpty();
    }
    HttpRequest roots =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/roots"))
            .header("X-JST-Auth", TOKEN)
            .build();
    assertThat(http.send(roots, HttpResponse.BodyHandlers.ofString()).body())
        .contains("\"key\":\"k\"");
  }

  /**
   * Waits until the daemon has ended. It may stay a zombie, if the process that inherits it does
   * not reap it.
   */
  private static void awaitGone(ProcessHandle daemon) {
    ParentProcess process =
        ParentProcess.of(
            Optional.of(daemon), daemon, Path.of("/proc", Long.toString(daemon.pid())));
    TestDaemon.await("the daemon to end", () -> !process.isRunning());
  }

  @Test
  void itServesCanBeRestartedAndEndsWithItsParent() throws Exception {
    try (Host host = new Host()) {
      ProcessHandle first = host.starting();
      assertServes(host.port());
      first.destroyForcibly();
      assertThat(host.expect("more")).as("bytes on stdout after the line").isEqualTo("0");
      assertThat(host.expect("died")).isEqualTo("-9");
      ProcessHandle second = host.starting();
      assertServes(host.port());
      second.destroy();
      assertThat(host.expect("more")).isEqualTo("0");
      assertThat(host.expect("died")).as("SIGTERM").isEqualTo("0");
      ProcessHandle third = host.starting();
      assertServes(host.port());
      DaemonProcess.signal("USR1", host.process.pid());
      assertThat(host.expect("stdin")).as("not read by a daemon").isEqualTo(FOREIGN);
      assertThat(host.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      awaitGone(third);
    }
  }

  @Test
  void itEndsWithAKilledParent() throws Exception {
    try (Host host = new Host()) {
      ProcessHandle daemon = host.starting();
      assertServes(host.port());
      host.process.destroyForcibly();
      awaitGone(daemon);
    }
  }

  @Test
  void itEndsWithAParentKilledDuringTheStart() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (Host host = new Host()) {
        ProcessHandle daemon = host.starting();
        host.process.destroyForcibly();
        awaitGone(daemon);
      }
    }
  }
}

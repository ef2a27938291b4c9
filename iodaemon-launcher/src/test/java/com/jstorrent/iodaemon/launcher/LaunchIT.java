package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** PROTOCOL.md § 1 with the distribution as a real process. */
@ParameterizedClass
@EnumSource(Jvm.class)
class LaunchIT {
  private static final String TOKEN = "a-token-that-must-not-show";

  @Parameter
  Jvm jvm;

  @TempDir
  Path folder;

  @BeforeEach
  void requireJvm() {
    jvm.assumeThere();
  }

  private static int status(int port, String path, String token) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("X-JST-Auth", token)
            .build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }

  @Test
  void itPrintsOneLineServesAndEndsWithZeroOnSigterm() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(jvm.environment(), "--token", TOKEN)) {
      int port = daemon.port();
      assertThat(status(port, "/health", "")).isEqualTo(200);
      assertThat(status(port, "/stats", TOKEN)).isEqualTo(200);
      assertThat(status(port, "/stats", "wrong")).isEqualTo(401);
      jvm.assertRuns(daemon.process());
      daemon.terminate();
      assertThat(daemon.awaitExit()).isZero();
      assertThat(daemon.restOfStdout()).isEmpty();
      assertThat(daemon.stderr()).doesNotContain(TOKEN);
    }
  }

  @Test
  void sigintEndsItWithZero() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(jvm.environment(), "--token", TOKEN)) {
      daemon.port();
      daemon.signal("INT");
      assertThat(daemon.awaitExit()).as("the shell has been replaced by the JVM").isZero();
    }
  }

  @Test
  void badArgumentsGiveOneSentenceOnStderrAndStatusTwo() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(jvm.environment(), "--port", "0")) {
      assertThat(daemon.awaitExit()).isEqualTo(2);
      assertThat(daemon.restOfStdout()).isEmpty();
      assertThat(daemon.stderr().lines()).hasSize(1);
      assertThat(daemon.stderr()).contains("--token");
    }
  }

  @Test
  void aPortInUseGivesAReasonAndStatusOne() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        DaemonProcess daemon =
            DaemonProcess.start(
                jvm.environment(), "--token", TOKEN, "--port",
                Integer.toString(taken.getLocalPort()))) {
      assertThat(daemon.awaitExit()).isEqualTo(1);
      assertThat(daemon.restOfStdout()).isEmpty();
      assertThat(daemon.stderr()).contains(Integer.toString(taken.getLocalPort()), "in use");
    }
  }

  @Test
  void theTokenCanBeReadFromAFileOrStandardInput() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), TOKEN + "\n");
    try (DaemonProcess daemon =
        DaemonProcess.start(jvm.environment(), "--token-file", file.toString())) {
      assertThat(status(daemon.port(), "/stats", TOKEN)).isEqualTo(200);
    }
    try (DaemonProcess daemon = DaemonProcess.start(jvm.environment(), "--token-stdin")) {
      daemon.process().getOutputStream().write((TOKEN + "\n").getBytes(UTF_8));
      daemon.process().getOutputStream().flush();
      assertThat(status(daemon.port(), "/stats", TOKEN)).isEqualTo(200);
    }
  }

  /** It belongs to another reader, such as the next command of a script. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void whatFollowsTheTokenStaysInStandardInput() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(jvm.environment(), "--token-stdin")) {
      try (OutputStream input = daemon.process().getOutputStream()) {
        input.write((TOKEN + "\nthe rest").getBytes(UTF_8));
      }
      assertThat(status(daemon.port(), "/stats", TOKEN)).isEqualTo(200);
      assertThat(Path.of("/proc/" + daemon.process().pid() + "/fd/0"))
          .content()
          .isEqualTo("the rest");
    }
  }

  @Test
  void theProfileDefinesRootsAndABrokenOneCausesAWarningOnly() throws Exception {
    Path root = Files.createDirectories(folder.resolve("root"));
    Files.writeString(root.resolve("f"), "content");
    Path profile = folder.resolve("jstorrent-native").resolve("rpc-info.json");
    Files.createDirectories(profile.getParent());
    Files.writeString(
        profile,
        "{\"profiles\":[{\"install_id\":\"i\",\"download_roots\":[{\"key\":\"k\",\"path\":\"%s\"}]}]}"
            .formatted(root));
    Map<String, String> environment = Map.of("JSTORRENT_CONFIG_DIR", folder.toString());
    try (DaemonProcess daemon =
        DaemonProcess.start(jvm.environment(environment), "--token", TOKEN, "--install-id", "i")) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + daemon.port() + "/read/k"))
              .header("X-JST-Auth", TOKEN)
              .header("X-Path-Base64", Base64.getEncoder().encodeToString("f".getBytes(UTF_8)))
              .build();
      assertThat(
          HttpClient.newHttpClient()
              .send(request, HttpResponse.BodyHandlers.ofString())
              .body())
          .isEqualTo("content");
    }
    Files.writeString(profile, "{ broken");
    try (DaemonProcess daemon =
        DaemonProcess.start(jvm.environment(environment), "--token", TOKEN, "--install-id", "i")) {
      assertThat(status(daemon.port(), "/read/k", TOKEN)).isEqualTo(400);
      daemon.awaitStderr("rpc-info.json is broken");
    }
  }

  @Test
  void theLogFileIsPrivateAndContainsNoSecret() throws Exception {
    Path log = folder.resolve("daemon.log");
    try (DaemonProcess daemon =
        DaemonProcess.start(
            jvm.environment(), "--token", TOKEN, "--log-file", log.toString(), "--log-level",
            "trace",
            "--root", "k=" + folder)) {
      int port = daemon.port();
      assertThat(status(port, "/stats", TOKEN)).isEqualTo(200);
      try (WireClient client = new WireClient(HttpClient.newHttpClient(), port, TOKEN)) {
        assertThat(client).isNotNull();
      }
      daemon.terminate();
      assertThat(daemon.awaitExit()).isZero();
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(log))
        .contains("Session 1 is open.")
        .doesNotContain(TOKEN)
        .doesNotContain(folder.toString());
  }

  @Test
  void itEndsWithTheProcessThatStartedIt() throws Exception {
    Process parent = new ProcessBuilder("sleep", "600").start();
    try (DaemonProcess daemon =
        DaemonProcess.start(
            jvm.environment(), "--token", TOKEN, "--parent-pid", Long.toString(parent.pid()))) {
      daemon.port();
      assertThat(daemon.process().isAlive()).isTrue();
      parent.destroyForcibly();
      assertThat(daemon.awaitExit()).isZero();
    }
  }

  @Test
  void theOneFileJarRuns() throws Exception {
    try (DaemonProcess daemon =
        DaemonProcess.run(
            List.of(jvm.java(), "-jar", System.getProperty("dist.jar"), "--token", TOKEN))) {
      assertThat(status(daemon.port(), "/stats", TOKEN)).isEqualTo(200);
    }
  }

  @Test
  void theScriptRunsThroughALinkFromAFolderWithBlanksAndWithoutAHome() throws Exception {
    Path link =
        Files.createSymbolicLink(
            Files.createDirectories(folder.resolve("a b")).resolve("daemon"),
            DaemonProcess.script());
    ProcessBuilder builder = new ProcessBuilder(link.toString(), "--version");
    builder.environment().putAll(jvm.environment());
    builder.directory(folder.toFile()).environment().remove("HOME");
    Process version = builder.redirectErrorStream(true).start();
    assertThat(new String(version.getInputStream().readAllBytes(), UTF_8))
        .matches("\\d+\\.\\d+\\.\\d+.*\\R");
    assertThat(version.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(version.exitValue()).isZero();
  }

  @Test
  void withoutAJvmTheScriptReportsWhatIsMissing() throws Exception {
    ProcessBuilder builder = new ProcessBuilder(DaemonProcess.script().toString(), "--version");
    builder.environment().put("JSTORRENT_JAVA_HOME", folder.toString());
    Process process = builder.start();
    assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8))
        .isEqualTo(
            "The daemon needs Java 21 or newer, and JSTORRENT_JAVA_HOME does not name one;"
                + " correct it, or unset it.\n");
    assertThat(process.waitFor()).isEqualTo(1);
  }

  @Test
  void theDemoVerifiesEveryByte() throws Exception {
    try (DaemonProcess demo = DaemonProcess.start(jvm.environment(), "demo", "--mb", "16")) {
      String said = demo.restOfStdout();
      assertThat(demo.awaitExit()).as(demo.stderr()).isZero();
      assertThat(said)
          .contains("verified 16777216 bytes", "MiB/s", "round trip", "Next: \"demo --keep\"")
          .doesNotContain("\r");
    }
  }
}

package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules of PROTOCOL.md § 1 that no other test covers, with the real process. */
@Timeout(600)
@ParameterizedClass
@EnumSource(Jvm.class)
class LaunchContractIT {
  private static final String TOKEN = "t";

  @Parameter
  Jvm jvm;

  @TempDir
  Path folder;

  @BeforeEach
  void requireJvm() {
    jvm.assumeThere();
  }

  private final HttpClient http = HttpClient.newHttpClient();

  private HttpResponse<String> get(int port, String path, Map<String, String> headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("X-JST-Auth", TOKEN);
    headers.forEach(request::header);
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private String roots(DaemonProcess daemon) throws Exception {
    return get(daemon.port(), "/roots", Map.of()).body();
  }

  private void writeProfile(String content) throws IOException {
    Path profile = folder.resolve("jstorrent-native").resolve("rpc-info.json");
    Files.createDirectories(profile.getParent());
    Files.writeString(profile, content);
  }

  private String profileWithRoot() {
    return "{\"future\":1,\"profiles\":[{\"install_id\":\"i\",\"unknown\":[{}],"
        + "\"download_roots\":[{\"key\":\"of-profile\",\"path\":\"" + folder + "\"}]}]}";
  }

  @Test
  void theGivenPortIsUsed() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (DaemonProcess daemon =
        DaemonProcess.start(jvm.environment(), "--token", TOKEN, "--port",
            Integer.toString(port))) {
      assertThat(daemon.port()).isEqualTo(port);
      assertThat(get(port, "/health", Map.of()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void rootsNeedNoProfileAndTheCommandLineTakesPrecedence() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    try (DaemonProcess daemon =
        DaemonProcess.start(
            jvm.environment(), "--token", TOKEN, "--root", "a=" + folder, "--root", "b=" + other)) {
      assertThat(roots(daemon)).contains("\"key\":\"a\"", "\"key\":\"b\"");
    }
  }

  @Test
  void withoutAnInstallIdNoProfileIsRead() throws Exception {
    writeProfile("{ broken");
    Map<String, String> environment = Map.of("JSTORRENT_CONFIG_DIR", folder.toString());
    try (DaemonProcess daemon =
        DaemonProcess.start(jvm.environment(environment), "--token", TOKEN)) {
      assertThat(roots(daemon)).isEqualTo("{\"roots\":[]}");
      assertThat(daemon.stderr()).doesNotContain("rpc-info.json");
    }
  }

  @Test
  void aMissingProfileCausesAWarningOnly() throws Exception {
    Map<String, String> environment = Map.of("JSTORRENT_CONFIG_DIR", folder.toString());
    try (DaemonProcess daemon =
        DaemonProcess.start(jvm.environment(environment), "--token", TOKEN, "--install-id", "i")) {
      assertThat(roots(daemon)).isEqualTo("{\"roots\":[]}");
      daemon.awaitStderr("rpc-info.json cannot be read");
      assertThat(daemon.stderr()).contains("warn");
    }
  }

  @Test
  void theConfigurationFolderDefaultsToThePlatforms() throws Exception {
    writeProfile(profileWithRoot());
    Map<String, String> platform =
        Map.of("XDG_CONFIG_HOME", folder.toString(), "JSTORRENT_CONFIG_DIR", "");
    try (DaemonProcess daemon =
        DaemonProcess.start(jvm.environment(platform), "--token", TOKEN, "--install-id", "i")) {
      assertThat(roots(daemon)).contains("of-profile");
    }
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Map<String, String> named =
        Map.of(
            "XDG_CONFIG_HOME", folder.toString(), "JSTORRENT_CONFIG_DIR", elsewhere.toString());
    try (DaemonProcess daemon =
        DaemonProcess.start(jvm.environment(named), "--token", TOKEN, "--install-id", "i")) {
      assertThat(roots(daemon)).doesNotContain("of-profile");
    }
  }

  @Test
  void originsForDevelopmentComeFromTheEnvironment() throws Exception {
    Map<String, String> environment =
        Map.of("JSTORRENT_DEV_ORIGINS", "http://one.test:3000, https://two.test");
    try (DaemonProcess daemon =
        DaemonProcess.start(jvm.environment(environment), "--token", TOKEN)) {
      int port = daemon.port();
      for (String origin : new String[] {"http://one.test:3000", "https://two.test"}) {
        assertThat(
            get(port, "/health", Map.of("Origin", origin))
                .headers()
                .firstValue("Access-Control-Allow-Origin"))
            .contains(origin);
      }
      for (String origin : new String[] {"http://one.test", "http://localhost:3000"}) {
        assertThat(
            get(port, "/health", Map.of("Origin", origin))
                .headers()
                .firstValue("Access-Control-Allow-Origin"))
            .as(origin)
            .isEmpty();
      }
    }
  }

  @Test
  void helpAndVersionGoToStandardOutputAndEndWithZero() throws Exception {
    for (String option : new String[] {"--help", "--version"}) {
      try (DaemonProcess daemon = DaemonProcess.start(jvm.environment(), option)) {
        assertThat(daemon.restOfStdout()).isNotBlank();
        assertThat(daemon.awaitExit()).isZero();
        assertThat(daemon.stderr()).isEmpty();
      }
    }
  }

  @Test
  void theIdleTimeoutEndsTheProcessWithZero() throws Exception {
    try (DaemonProcess daemon =
        DaemonProcess.start(jvm.environment(), "--token", TOKEN, "--idle-timeout", "1s")) {
      daemon.port();
      assertThat(daemon.awaitExit()).isZero();
      assertThat(daemon.restOfStdout()).isEmpty();
      assertThat(daemon.stderr()).contains("The daemon has not been used for 1 seconds");
    }
  }

  @Test
  void theLogLevelFiltersLines() throws Exception {
    try (DaemonProcess daemon =
        DaemonProcess.start(jvm.environment(), "--token", TOKEN, "--log-level", "error")) {
      daemon.port();
      daemon.terminate();
      assertThat(daemon.awaitExit()).isZero();
      assertThat(daemon.stderr()).isEmpty();
    }
  }
}

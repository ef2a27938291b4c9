package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a daemon that starts says on standard error. */
@Timeout(600)
class StartReportIT {
  private static final String TOKEN = "a-token-that-must-not-show";

  @TempDir
  Path folder;

  @Test
  void itTellsWhereItListensAndWhichRootsItServes() throws Exception {
    Path there = Files.createDirectory(folder.resolve("there"));
    Path file = Files.createFile(folder.resolve("file"));
    try (DaemonProcess daemon =
        DaemonProcess.start(
            Map.of(), "--token", TOKEN, "--root", "one=" + there, "--root", "two\n=" + file,
            "--root", "three=" + folder.resolve("missing"))) {
      int port = daemon.port();
      daemon.awaitStderr("The download root two? is not there");
      daemon.awaitStderr("The download root three is not there");
      daemon.terminate();
      assertThat(daemon.awaitExit()).isZero();
      assertThat(daemon.restOfStdout()).isEmpty();
      assertThat(daemon.stderr())
          .contains(
              "Listening on http://127.0.0.1:" + port + "; the status page is at that address",
              "Serving the download roots one, two?, three.")
          .doesNotContain("root one is not there")
          .doesNotContain(TOKEN)
          .doesNotContain(folder.toString());
    }
  }

  @Test
  void itTellsThatThereAreNoRoots() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(Map.of(), "--token", TOKEN)) {
      daemon.port();
      daemon.awaitStderr("There are no download roots; --root or a profile names some.");
    }
  }

  @ParameterizedTest
  @CsvSource({"rw-------,false", "rw-r-----,true", "rw----r--,true"})
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void itWarnsOfATokenFileThatOthersCanUse(String rights, boolean warns) throws Exception {
    Path token = Files.writeString(folder.resolve("token"), TOKEN);
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString(rights));
    try (DaemonProcess daemon =
        DaemonProcess.start(Map.of(), "--token-file", token.toString())) {
      daemon.port();
      daemon.awaitStderr("There are no download roots");
      assertThat(daemon.stderr().contains("The token file can be used by other users: chmod 600."))
          .isEqualTo(warns);
    }
  }

  @Test
  void theOptionsMayComeFromAFileAndTheLogMayBeJson() throws Exception {
    Path log = folder.resolve("log");
    Files.writeString(folder.resolve("token"), TOKEN);
    Path config = folder.resolve("daemon.conf");
    Files.writeString(
        config, "token-file = token\nroot.k = .\nlog-format = json\nlog-file = log\n");
    try (DaemonProcess daemon =
        DaemonProcess.start(Map.of(), "--config", config.toString(), "--log-level", "debug")) {
      int port = daemon.port();
      daemon.awaitStderr("Signal handlers are installed.");
      daemon.terminate();
      assertThat(daemon.awaitExit()).isZero();
      List<String> lines = daemon.stderr().lines().toList();
      assertThat(lines).isEqualTo(Files.readAllLines(log)).isNotEmpty();
      assertThat(lines)
          .map(line -> (String) Json.readObject(line).get("message"))
          .contains("Serving the download roots k.", "The daemon ends because of signal 15.")
          .anyMatch(message -> message.contains("http://127.0.0.1:" + port));
    }
  }
}

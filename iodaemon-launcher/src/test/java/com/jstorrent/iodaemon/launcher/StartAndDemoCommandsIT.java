package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Program;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands of the documentation that start the daemon and the demo work in a folder where nothing is prepared. */
@Timeout(600)
@EnabledOnOs({OS.LINUX, OS.MAC})
class StartAndDemoCommandsIT {
  private static final Pattern BLOCK = Pattern.compile("(?s)```sh\\n(.*?)```");

  @TempDir
  Path folder;

  private static String block(String document, String content) throws Exception {
    return BLOCK.matcher(Files.readString(Path.of("..", document)))
        .results()
        .map((MatchResult block) -> block.group(1))
        .filter(commands -> commands.contains(content))
        .findFirst()
        .orElseThrow(() -> new AssertionError("No commands with " + content));
  }

  /** Runs them where they expect to be run: in the folder with the sources. */
  private DaemonProcess run(String commands) throws Exception {
    Path target = Files.createDirectories(folder.resolve("iodaemon-launcher/target"));
    if (!Files.exists(target.resolve("dist"))) {
      Files.createSymbolicLink(target.resolve("dist"), Path.of(System.getProperty("dist.dir")));
    }
    return DaemonProcess.run(
        List.of("sh", "-c", "cd \"$1\" && eval \"$2\"", "sh", folder.toString(), commands));
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/operating.md"})
  void theDaemonStartsWithATokenOfItsOwn(String document) throws Exception {
    DaemonProcess daemon = run(block(document, "--token-file"));
    try {
      int port = daemon.port();
      Path secret = folder.resolve("secret.txt");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
          .isEqualTo("rw-------");
      String token = Files.readString(secret);
      assertThat(token).matches("[0-9a-f]{64}");
      String show = block("README.md", "#token=").replace("PORT", Integer.toString(port));
      String cd = "cd '" + folder + "' && ";
      try (Program echo = Program.start("sh", "-c", cd + show)) {
        URI page = URI.create(echo.readLine());
        assertThat(page.getFragment()).isEqualTo("token=" + token);
        HttpRequest request =
            HttpRequest.newBuilder(page.resolve("/roots")).header("X-JST-Auth", token).build();
        String roots =
            HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
        assertThat(roots).contains("downloads");
      }
      daemon.awaitStderr("Serving the download roots downloads.");
      assertThat(daemon.stderr()).doesNotContain("is not there").doesNotContain(token);
    } finally { // the shell waits for it
      daemon.process().descendants().forEach(ProcessHandle::destroyForcibly);
      daemon.close();
    }
  }

  @Test
  void theDemoRuns() throws Exception {
    String commands = block("README.md", " demo");
    String build = "mvn -q -DskipTests package && ";
    assertThat(commands).startsWith(build); // the build is what made this distribution
    try (DaemonProcess demo = run(commands.strip().substring(build.length()) + " --mb 8")) {
      assertThat(demo.restOfStdout()).contains("verified 8388608 bytes");
      assertThat(demo.awaitExit()).isZero();
    }
  }
}

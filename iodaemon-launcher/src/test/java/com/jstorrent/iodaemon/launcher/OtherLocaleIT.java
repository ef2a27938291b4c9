package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 6: names are UTF-8, even if the daemon was started in an ASCII locale. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "names do not depend on the locale elsewhere")
class OtherLocaleIT {
  private static final String TEXT = "caf\u00e9 \u6587\u4ef6 \ud83d\ude00";
  private static final String IN_UTF_8 = "caf%C3%A9%20%E6%96%87%E4%BB%B6%20%F0%9F%98%80";
  private static final byte[] DATA = {1, 2, 3};

  @TempDir
  Path root;

  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "C.UTF-8"})
  void namesAreUtf8(String locale) throws Exception {
    List<String> command =
        List.of(
            "env",
            "LC_ALL=" + locale,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-jar",
            System.getProperty("dist.jar"),
            "--token",
            FileClient.TOKEN,
            "--root",
            FileClient.ROOT + "=" + root);
    try (DaemonProcess daemon = DaemonProcess.run(command);
        FileClient client = new FileClient(daemon.port())) {
      assertThat(client.write("d/" + TEXT + "/" + TEXT, 0, DATA).status()).isEqualTo(200);
      assertThat(named("d/" + IN_UTF_8 + "/" + IN_UTF_8)).hasBinaryContent(DATA);
      assertThat(client.query("/ops/list", "d").text()).isEqualTo("[\"" + TEXT + "\"]");
      assertThat(client.read("d/" + TEXT + "/" + TEXT).body()).isEqualTo(DATA);
      Files.move(named("d/" + IN_UTF_8 + "/" + IN_UTF_8), named("d/%E9"));
      assertThat(client.query("/ops/stat", "d/\uefe9").text()).contains("\"size\":3");
      assertThat(client.query("/ops/list", "d").text()).contains(TEXT, "\uefe9");
      assertThat(client.rename("d/\uefe9", TEXT).status()).isEqualTo(200);
      assertThat(client.open(TEXT, "rw")).isNotEmpty();
      assertThat(client.delete("d").status()).isEqualTo(200);
      assertThat(root.resolve("d")).doesNotExist();
      assertThat(named(IN_UTF_8)).hasBinaryContent(DATA);
    }
  }

  /** The path of an escaped name, whatever the locale of the tests. */
  private Path named(String escaped) {
    return root.resolve(Path.of("/").relativize(Path.of(URI.create("file:///" + escaped))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "an-id"})
  void aHomeThatTheLocaleCannotExpressDoesNotPreventTheStart(String installId) throws Exception {
    String home = root.resolve(TEXT).toString();
    List<String> command =
        new ArrayList<>(
            List.of(
                "env", "-i", "LC_ALL=C", "HOME=" + home, "JSTORRENT_CONFIG_DIR=" + home,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + home, "-jar", System.getProperty("dist.jar"),
                "--token", FileClient.TOKEN));
    if (!installId.isEmpty()) {
      command.addAll(List.of("--install-id", installId));
    }
    try (DaemonProcess daemon = DaemonProcess.run(command)) {
      daemon.port();
      daemon.awaitStderr("There are no download roots");
      assertThat(daemon.stderr().contains("rpc-info.json cannot be read"))
          .isEqualTo(!installId.isEmpty());
    }
  }
}

package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The manual page and the completion script of the distribution. */
class ManualIT {
  private static final Path SHARE = Path.of(System.getProperty("dist.dir"), "share");
  private static final Path PAGE = SHARE.resolve("man/man1/jstorrent-io-daemon.1");
  private static final Path COMPLETION =
      SHARE.resolve("bash-completion/completions/jstorrent-io-daemon");

  /** What the script offers after these words, the last of which is not complete. */
  private static List<String> completions(String... words) throws Exception {
    Program.assumeThere("bash", "--version");
    List<String> command =
        new ArrayList<>(
            List.of(
                "bash", "--norc", "-c",
                "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1));"
                    + " complete -p jstorrent-io-daemon > /dev/null || exit 1;"
                    + " _complete_jstorrent-io-daemon 2> /dev/null; printf '%s\\n' \"${COMPREPLY[@]}\"",
                "bash", COMPLETION.toString(), "jstorrent-io-daemon"));
    command.addAll(List.of(words));
    try (Program bash = Program.start(command.toArray(String[]::new))) {
      return bash.readAll().lines().map(String::strip).toList();
    }
  }

  @Test
  void bashCompletesOptionsCommandsAndValues() throws Exception {
    assertThat(completions("--to"))
        .containsExactlyInAnyOrder("--token", "--token-file", "--token-stdin");
    assertThat(completions("--log-f"))
        .containsExactlyInAnyOrder("--log-file", "--log-format");
    assertThat(completions("--port", "1", "de")).contains("demo");
    assertThat(completions("demo", "--ke")).containsExactly("--keep");
    assertThat(completions("--log-level", "de")).containsExactly("debug");
    assertThat(completions("--config", COMPLETION.getParent() + "/"))
        .contains(COMPLETION.toString());
  }

  @Test
  void theScriptHasEveryOption() throws Exception {
    String script = Files.readString(COMPLETION);
    for (DaemonOption option : DaemonOption.values()) {
      assertThat(script).contains("'" + option.flag() + "'");
    }
  }

  @Test
  void theManualPageIsFormattedWithoutAWarning() throws Exception {
    Program.assumeThere("groff", "--version");
    try (Program groff = Program.start("groff", "-man", "-ww", "-Tutf8", PAGE.toString())) {
      String page = groff.readAll() // bold letters are printed twice
          .replaceAll(".\b", "");
      assertThat(page).doesNotContain("warning").doesNotContain("error:");
      for (DaemonOption option : DaemonOption.values()) {
        assertThat(page).contains((option.flag() + " " + option.label()).strip());
      }
      LimitOptions.defaults()
          .forEach((name, value) -> assertThat(page).contains(name + "=" + value));
      assertThat(page).contains("--sockets N", "EXIT STATUS", "JSTORRENT_JAVA_OPTIONS");
    }
  }
}

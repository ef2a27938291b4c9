package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.launcher.CommandLineParser.Request;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --config} and how it combines with the command line. */
class ConfigFileTest {
  @TempDir
  Path folder;

  private LaunchOptions options(String config, String... arguments) throws Exception {
    Path file = folder.resolve("daemon.conf");
    Files.writeString(file, config);
    if (!OS.WINDOWS.isCurrentOs()) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    List<String> all = new ArrayList<>(List.of("--config", file.toString()));
    all.addAll(List.of(arguments));
    Request request =
        new CommandLineParser(() -> "1", new ByteArrayInputStream("from stdin".getBytes(UTF_8)))
            .parse(all.toArray(String[]::new));
    return ((Request.Serve) request).options();
  }

  @Test
  void everyOptionHasTheSameNameInTheFile() throws Exception {
    LaunchOptions options =
        options(
            """
                \ufeff# a comment
                port = 7800
                token=a token = with "signs" #
                root = a=x/y
                root.b.c = /z

                install-id=i\r
                parent-pid = 42
                idle-timeout=2m
                deny-private = true
                memory = 64M
                limit.sockets = 9
                limit = connectTimeout=1500ms
                log-file=log
                log-level = trace
                log-format = json
                """);
    assertThat(options.port()).isEqualTo(7800);
    assertThat(options.token()).isEqualTo("a token = with \"signs\" #");
    assertThat(options.folders().roots())
        .isEqualTo(Map.of("a", folder.resolve("x/y"), "b.c", Path.of("/z")));
    assertThat(options.folders().installId()).isEqualTo("i");
    assertThat(options.exitConditions().parentPid()).isEqualTo(42);
    assertThat(options.exitConditions().idleTimeout()).hasMinutes(2);
    assertThat(options.network().denyPrivate()).isTrue();
    assertThat(options.limits().memoryBytes()).isEqualTo(64 << 20);
    assertThat(options.limits().sockets()).isEqualTo(9);
    assertThat(options.limits().connectTimeout()).hasMillis(1500);
    assertThat(options.log())
        .isEqualTo(
            new LaunchOptions.Log(folder.resolve("log"), LogLevel.trace, LogFormat.json));
  }

  @Test
  void theCommandLineTakesPrecedence() throws Exception {
    String file =
        """
            port = 1
            token = in the file
            root.a = /file/a
            root.b = /file/b
            limit.sockets = 1
            limit.listeners = 2
            log-level = error
            """;
    LaunchOptions options =
        options(
            file, "--port=2", "--token-stdin", "--root", "a=/line/a", "--limit", "sockets=5",
            "--log-level", "debug");
    assertThat(options.port()).isEqualTo(2);
    assertThat(options.token()).isEqualTo("from stdin");
    assertThat(options.folders().roots())
        .isEqualTo(Map.of("a", Path.of("/line/a"), "b", Path.of("/file/b")));
    assertThat(options.limits().sockets()).isEqualTo(5);
    assertThat(options.limits().listeners()).isEqualTo(2);
    assertThat(options.log().level()).isEqualTo(LogLevel.debug);
    assertThat(options(file).port()).isEqualTo(1);
  }

  @Test
  void whatIsFalseIsAsIfItWereLeftOut() throws Exception {
    LaunchOptions options = options("token-stdin = false\ntoken = t\ndeny-private=false\n");
    assertThat(options.token()).isEqualTo("t");
    assertThat(options.network().denyPrivate()).isFalse();
  }

  @Test
  void pathsAreRelativeToTheFolderOfTheFile() throws Exception {
    Files.writeString(folder.resolve("secret"), "from a file");
    assertThat(options("token-file = secret").token()).isEqualTo("from a file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
          "prot = s3cr3t|Line 2 of the configuration file names no option; did you mean port?",
          "s3cr3t = 1|Line 2 of the configuration file names no option.",
          "s3cr3t|Line 2 of the configuration file must look like NAME = VALUE.",
          "config = s3cr3t|Line 2 of the configuration file names no option.",
          "help = true|Line 2 of the configuration file names no option.",
          "port.x = 1|Line 2 of the configuration file names no option; did you mean port?",
          "deny-private = s3cr3t"
              + "|Line 2 of the configuration file must set deny-private to true or false.",
          "port = s3cr3t|In the configuration file: The value of --port is not understood.",
          "token = s3cr3t|In the configuration file: --token can be given only once.",
          "token-stdin = true"
              + "|Give the token with exactly one of --token, --token-file and --token-stdin.",
          "limit.sokets = 4|--limit names a limit that does not exist or cannot be changed; did you"
              + " mean sockets?",
          "limit.memoryBytes = 4|--limit names a limit that does not exist or cannot be changed.",
          "limit.sockets = 0|The limit sockets must be at least 1.",
          "limit.sockets = s3cr3t|The limit sockets must be a number.",
          "limit.sockets = 9999999999|The limit sockets must be at most 2147483647.",
          "limit.linger = s3cr3t"
              + "|The limit linger must be a number of seconds, or one with ms, s, m or h.",
          "limit.replayBytes = s3cr3t"
              + "|The limit replayBytes must be a number of bytes, or one with K, M or G.",
          "limit.sessionQueueBytes = 15M|The limit sessionQueueBytes must be at least 16777216.",
          "limit.socketQueueBytes = 1G"
              + "|The limit sessionQueueBytes must be at least socketQueueBytes."
      })
  void aLineThatIsWrongIsNamedWithoutItsValue(String line, String sentence) {
    assertThatThrownBy(() -> options("token = s3cr3t\n" + line))
        .isInstanceOf(LaunchFailure.class)
        .hasMessage(sentence + " See --help.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx--x---"})
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aTokenIsReadOnlyFromAFileOfItsOwner(String rights) throws Exception {
    Path file = Files.writeString(folder.resolve("open.conf"), "token = t");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
    CommandLineParser parser =
        new CommandLineParser(() -> "1", new ByteArrayInputStream(new byte[0]));
    assertThatThrownBy(() -> parser.parse("--config", file.toString()))
        .hasMessage(
            "The configuration file has the token, so only its owner may have rights to it (chmod"
                + " 600). See --help.");
    Files.writeString(file, "port = 7");
    assertThat(
        ((Request.Serve) parser.parse("--config", file.toString(), "--token", "t"))
            .options()
            .port())
        .isEqualTo(7);
  }

  @Test
  void aFileThatCannotBeReadIsAReasonNotToStart() throws Exception {
    CommandLineParser parser =
        new CommandLineParser(() -> "1", new ByteArrayInputStream(new byte[0]));
    for (Path file : List.of(folder, folder.resolve("missing"))) {
      assertThatThrownBy(() -> parser.parse("--config", file.toString()))
          .hasMessage("The configuration file cannot be read. See --help.");
    }
    Path file = folder.resolve("file");
    Files.write(file, new byte[] {(byte) 0xff});
    assertThatThrownBy(() -> parser.parse("--config", file.toString()))
        .hasMessage("The configuration file must be UTF-8 text. See --help.");
    Files.write(file, new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> parser.parse("--config", file.toString()))
        .hasMessage("The configuration file is larger than 1 MiB. See --help.");
  }
}

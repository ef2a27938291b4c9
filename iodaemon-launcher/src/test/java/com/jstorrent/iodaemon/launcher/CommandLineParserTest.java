package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.launcher.CommandLineParser.Request;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineParserTest {
  @TempDir
  Path folder;

  private static Request parse(String stdin, String... arguments) throws LaunchFailure {
    InputStream in = new ByteArrayInputStream(stdin.getBytes(UTF_8));
    return new CommandLineParser("1.2.3", in).parse(arguments);
  }

  private static LaunchOptions options(String... arguments) throws LaunchFailure {
    return ((Request.Serve) parse("", arguments)).options();
  }

  @Test
  void nativeHostsCommandLineIsUnderstood() throws Exception {
    LaunchOptions options =
        options("--port", "0", "--token", "t", "--parent-pid", "42", "--install-id", "i");
    assertThat(options.port()).isZero();
    assertThat(options.token()).isEqualTo("t");
    assertThat(options.parentPid()).isEqualTo(42);
    assertThat(options.installId()).isEqualTo("i");
    assertThat(options.denyPrivate()).isFalse();
    assertThat(options.toString()).doesNotContain("t\"").doesNotContain("token=");
  }

  @Test
  void everyOtherOptionIsUnderstood() throws Exception {
    LaunchOptions options =
        options(
            "--token=t", "--port=7800", "--root", "a=/x", "--root=b=/y=z", "--log-level", "debug",
            "--log-file", "/l", "--deny-private");
    assertThat(options.port()).isEqualTo(7800);
    assertThat(options.roots()).isEqualTo(Map.of("a", Path.of("/x"), "b", Path.of("/y=z")));
    assertThat(options.logLevel()).isEqualTo(LogLevel.debug);
    assertThat(options.logFile()).isEqualTo(Path.of("/l"));
    assertThat(options.installId()).isNull();
    assertThat(options.denyPrivate()).isTrue();
  }

  @Test
  void theIdleTimeoutIsInSecondsUnlessItSaysOtherwise() throws Exception {
    assertThat(options("--token", "t").idleTimeout()).isZero();
    assertThat(options("--token", "t", "--idle-timeout", "0").idleTimeout()).isZero();
    assertThat(options("--token", "t", "--idle-timeout", "90").idleTimeout()).hasSeconds(90);
    assertThat(options("--token", "t", "--idle-timeout", "90s").idleTimeout()).hasSeconds(90);
    assertThat(options("--token", "t", "--idle-timeout", "15m").idleTimeout()).hasMinutes(15);
    assertThat(options("--token", "t", "--idle-timeout", "2h").idleTimeout()).hasHours(2);
  }

  @Test
  void theTokenComesFromOneOfThreePlaces() throws Exception {
    Path file = Files.writeString(folder.resolve("t"), " from a file \nrest");
    assertThat(options("--token-file", file.toString()).token()).isEqualTo("from a file");
    assertThat(((Request.Serve) parse("from stdin\nrest", "--token-stdin")).options().token())
        .isEqualTo("from stdin");
  }

  @Test
  void standardInputIsReadUpToTheLineAndOnlyWhenAsked() throws Exception {
    InputStream in = new ByteArrayInputStream("secret\nsomebody else's".getBytes(UTF_8));
    new CommandLineParser("1", in).parse("--token-stdin");
    assertThat(in.readAllBytes()).isEqualTo("somebody else's".getBytes(UTF_8));
    InputStream untouched =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("Standard input belongs to somebody else.");
          }
        };
    new CommandLineParser("1", untouched).parse("--token", "t");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "", "--port 1 --port 2 --token t", "--port x --token t", "--port -1 --token t",
          "--port 65536 --token t", "--token", "--token t --token-stdin", "--token-file /none/such",
          "--unknown --token t", "stray --token t", "--token t --root", "--token t --root x",
          "--token t --root =x", "--token t --root x=", "--token t --root a=1 --root a=2",
          "--token t --parent-pid x", "--token t --log-level loud", "--token-stdin", "demo --mb 0",
          "demo --sockets 0", "--token t --idle-timeout", "--token t --idle-timeout -1",
          "--token t --idle-timeout 1d", "--token t --idle-timeout 1.5h",
          "--token t --idle-timeout m", "demo --mb 1 --sockets 2", "demo --token t",
          "--token t --token t"
      })
  void badArgumentsAreOneSentenceAndStatusTwo(String line) {
    String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
    assertThatThrownBy(() -> parse("\n", arguments))
        .isInstanceOf(LaunchFailure.class)
        .satisfies(
            e -> assertThat(((LaunchFailure) e).exitCode()).isEqualTo(ExitCode.BAD_ARGUMENTS))
        .satisfies(e -> assertThat(e.getMessage()).isNotBlank().doesNotContain("\n"));
  }

  @Test
  void helpAndVersionAreShown() throws Exception {
    assertThat(((Request.Show) parse("", "--help")).text())
        .contains(
            "--port=N", "--token=T", "--token-file=FILE", "--token-stdin", "--parent-pid=PID",
            "--install-id=ID", "--root=KEY=PATH", "--idle-timeout=D", "--log-file=FILE",
            "--log-level=LEVEL", "-h, --help", "-V, --version", "demo", "Exit status");
    assertThat(((Request.Show) parse("", "demo", "--help")).text()).contains("--sockets");
    assertThat(((Request.Show) parse("", "--version")).text()).startsWith("1.2.3");
  }

  @Test
  void demoHasItsOwnOptions() throws Exception {
    assertThat(((Request.Demo) parse("", "demo", "--mb", "8", "--sockets", "2")).options())
        .isEqualTo(new DemoOptions(8, 2));
  }
}

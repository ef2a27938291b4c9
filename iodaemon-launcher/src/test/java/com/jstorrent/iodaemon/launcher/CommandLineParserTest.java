package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.launcher.CommandLineParser.Request;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineParserTest {
  @TempDir
  Path folder;

  private static Request parse(String stdin, String... arguments) throws LaunchFailure {
    InputStream in = new ByteArrayInputStream(stdin.getBytes(UTF_8));
    return new CommandLineParser(() -> "1.2.3", in).parse(arguments);
  }

  private static LaunchOptions options(String... arguments) throws LaunchFailure {
    return ((Request.Serve) parse("", arguments)).options();
  }

  @Test
  void theCommandLineOfNativeHostIsParsed() throws Exception {
    LaunchOptions options =
        options("--port", "0", "--token", "t", "--parent-pid", "42", "--install-id", "i");
    assertThat(options.port()).isZero();
    assertThat(options.token()).isEqualTo("t");
    assertThat(options.exitConditions().parentPid()).isEqualTo(42);
    assertThat(options.folders().installId()).isEqualTo("i");
    assertThat(options.network().denyPrivate()).isFalse();
    assertThat(options.toString()).doesNotContain("t\"").doesNotContain("token=");
  }

  @Test
  void allOtherOptionsAreParsed() throws Exception {
    LaunchOptions options =
        options(
            "--token=t", "--port=7800", "--root", "a=/x", "--root=b=/y=z", "--log-level", "debug",
            "--log-file", "/l", "--deny-private");
    assertThat(options.port()).isEqualTo(7800);
    assertThat(options.folders().roots())
        .isEqualTo(Map.of("a", Path.of("/x"), "b", Path.of("/y=z")));
    assertThat(options.log().level()).isEqualTo(LogLevel.debug);
    assertThat(options.log().file()).isEqualTo(Path.of("/l"));
    assertThat(options.folders().installId()).isNull();
    assertThat(options.network().denyPrivate()).isTrue();
  }

  @Test
  void theIdleTimeoutIsInSecondsByDefault() throws Exception {
    assertThat(options("--token", "t").exitConditions().idleTimeout()).isZero();
    assertThat(options("--token", "t", "--idle-timeout", "0").exitConditions().idleTimeout())
        .isZero();
    assertThat(options("--token", "t", "--idle-timeout", "90").exitConditions().idleTimeout())
        .hasSeconds(90);
    assertThat(options("--token", "t", "--idle-timeout", "90s").exitConditions().idleTimeout())
        .hasSeconds(90);
    assertThat(options("--token", "t", "--idle-timeout", "15m").exitConditions().idleTimeout())
        .hasMinutes(15);
    assertThat(options("--token", "t", "--idle-timeout", "2h").exitConditions().idleTimeout())
        .hasHours(2);
  }

  @ParameterizedTest
  @CsvSource({"16,16", "96m,96", "256M,256", "2g,2048", "999999999G,1023999998976"})
  void theMemoryIsInMebibytesByDefault(String text, long mebibytes) throws Exception {
    assertThat(options("--token", "t", "--memory", text).limits().memoryBytes())
        .isEqualTo(mebibytes << 20);
    assertThat(options("--token", "t").limits()).isEqualTo(Limits.DEFAULT);
  }

  @Test
  void theTokenComesFromOneOfThreeSources() throws Exception {
    Path file = Files.writeString(folder.resolve("t"), " from a file \nrest");
    assertThat(options("--token-file", file.toString()).token()).isEqualTo("from a file");
    assertThat(((Request.Serve) parse("from stdin\nrest", "--token-stdin")).options().token())
        .isEqualTo("from stdin");
  }

  @Test
  void standardInputIsReadUpToTheLineEndAndOnlyOnRequest() throws Exception {
    InputStream in = new ByteArrayInputStream("secret\nfor another reader".getBytes(UTF_8));
    new CommandLineParser(() -> "1", in).parse("--token-stdin");
    assertThat(in.readAllBytes()).isEqualTo("for another reader".getBytes(UTF_8));
    InputStream untouched =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("Standard input must not be read further.");
          }
        };
    new CommandLineParser(() -> "1", untouched).parse("--token", "t");
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
          "--token t --idle-timeout m", "--token t --memory", "--token t --memory 15",
          "--token t --memory 64k", "--token t --memory -1", "--token t --memory 1.5g",
          "demo --mb 1 --sockets 2", "demo --token t",
          "--token t --token t"
      })
  void badArgumentsGiveOneSentenceAndStatusTwo(String line) {
    String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
    assertThatThrownBy(() -> parse("\n", arguments))
        .isInstanceOf(LaunchFailure.class)
        .satisfies(
            e -> assertThat(((LaunchFailure) e).exitCode()).isEqualTo(ExitCode.BAD_ARGUMENTS))
        .satisfies(e -> assertThat(e.getMessage()).isNotBlank().doesNotContain("\n"));
  }

  /** Values that are an option, look like one, or are the name of a command. */
  private static final List<String> ODD_VALUES =
      List.of(
          "-x", "-hello", "-Vx81", "-h", "-V", "--help", "--version", "--port", "--port=1",
          "--token",
          "--token=x", "--unknown", "--unknown=x", "--", "-", "demo", "help", "demo --mb", "@file",
          "\"quoted\"", "'q'", "a=b", "=", "=x", "-1", "${user.home}", "%h", "a b");

  static Stream<String> oddValues() {
    return ODD_VALUES.stream();
  }

  @ParameterizedTest
  @MethodSource("oddValues")
  void whatFollowsAnOptionIsItsValue(String value) throws Exception {
    assertThat(options("--token", value).token()).isEqualTo(value);
    assertThat(options("--token=" + value).token()).isEqualTo(value);
    assertThat(options("--token", value, "--port", "7").port()).isEqualTo(7);
    assertThat(
        options("--port", "7", "--token=" + value, "--deny-private").network().denyPrivate())
        .isTrue();
    LaunchOptions options =
        options(
            "--install-id", value, "--log-file", value, "--root", "k=" + value, "--token", "t");
    assertThat(options.folders().installId()).isEqualTo(value);
    assertThat(options.log().file()).isEqualTo(Path.of(value).toAbsolutePath());
    assertThat(options.folders().roots()).isEqualTo(Map.of("k", Path.of(value).toAbsolutePath()));
    LaunchOptions again = options("--install-id=" + value, "--log-file=" + value, "--token=t");
    assertThat(again.folders().installId()).isEqualTo(value);
    assertThat(again.log().file()).isEqualTo(Path.of(value).toAbsolutePath());
  }

  @Test
  void aTokenFileMayHaveTheNameOfAnOption() throws Exception {
    Path file = Files.writeString(folder.resolve("-x"), "secret");
    Path relative = Path.of("").toAbsolutePath().relativize(file);
    assertThat(options("--token-file", relative.toString()).token()).isEqualTo("secret");
    assertThatThrownBy(() -> options("--token-file", "--token-stdin"))
        .hasMessage("The token cannot be read from its file or from standard input. See --help.");
  }

  /**
   * Wherever the token was put by mistake: messages are seen by more people than a token should be.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
          "S", "--S", "-S", "--S=x", "--port S", "--port=S", "--token t S", "--token t --token S",
          "--token S --token t", "--token S --token-stdin", "--token S --token-file S", "--tokenS",
          "--token=S --port", "--parent-pid S --token t", "--idle-timeout S --token t",
          "--memory S --token t",
          "--log-level S --token t", "--root S --token t", "--root =S --token t", "--token-stdin=S",
          "--deny-private=S --token t", "--help=S", "--token-file /S", "--token S demo --mb S",
          "demo --mb S", "demo S", "demo --token S", "demo --S", "-- S", "--token S --S",
          "--toke S", "--token S x", "--token S --root k=S --root k=S"
      })
  void noMessageContainsTheArguments(String line) {
    assertThatThrownBy(() -> parse("S\n", line.replace("S", "s3cr3t").split(" ")))
        .isInstanceOf(LaunchFailure.class)
        .satisfies(
            e -> assertThat(e.getMessage()).doesNotContain("s3cr3t").endsWith(" See --help."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a\u0000b", "a\tb", "a\rb", "a\u001bb", "\u007f", "a\u009bb", "a\ufffdb"})
  void aTokenThatDoesNotFitIntoAHeaderIsRefused(String token) {
    assertThatThrownBy(() -> options("--token", token))
        .hasMessage("The token must be UTF-8 text without control characters. See --help.");
    assertThatThrownBy(() -> parse("x" + token + "x\n", "--token-stdin"))
        .hasMessage("The token must be UTF-8 text without control characters. See --help.");
  }

  @ParameterizedTest
  @ValueSource(strings = {" a", "a "})
  void aTokenThatAHeaderWouldShortenIsRefused(String token) {
    assertThatThrownBy(() -> options("--token", token))
        .hasMessage("The token must not begin or end with a blank. See --help.");
  }

  @Test
  void anIdleTimeoutOfCenturiesIsRefused() {
    for (String time : new String[] {"876001h", "999999999m", "999999999h"}) {
      assertThatThrownBy(() -> options("--token", "t", "--idle-timeout", time))
          .hasMessage("--idle-timeout must be at most 100 years. See --help.");
    }
  }

  @Test
  void aTokenFileMayHaveAnyLineEndAndByteOrderMark() throws Exception {
    Path file = folder.resolve("token");
    for (String content : new String[] {"tok", "tok\n", "tok\r\n", "\ufefftok\r\nmore", " tok "}) {
      Files.writeString(file, content);
      assertThat(options("--token-file", file.toString()).token()).isEqualTo("tok");
    }
    for (byte[] content : List.of(
        "\ufefftok".getBytes(UTF_16LE), new byte[] {'t', (byte) 0xff}, new byte[100],
        new byte[] {(byte) 0xc3})) {
      Files.write(file, content);
      assertThatThrownBy(() -> options("--token-file", file.toString()))
          .isInstanceOf(LaunchFailure.class)
          .hasMessage("The token must be UTF-8 text without control characters. See --help.");
    }
    for (String content : new String[] {"", "\n", "\ufeff\n", " \r\n"}) {
      Files.writeString(file, content);
      assertThatThrownBy(() -> options("--token-file", file.toString()))
          .hasMessage("The token must not be empty. See --help.");
    }
  }

  @Test
  void relativePathsAreRefusedWhenTheWorkingFolderIsGone() throws Exception {
    System.setProperty(CommandLineParser.WORKING_FOLDER_GONE, "true");
    try {
      for (String[] line : new String[][] {
          {"--log-file", "log"}, {"--root", "k=."}, {"--root", "k=a/b"}}) {
        assertThatThrownBy(() -> options("--token", "t", line[0], line[1]))
            .hasMessage("The working folder is gone: paths must be absolute. See --help.");
      }
      assertThat(options("--token", "t", "--log-file", "/l").log().file()).isEqualTo(Path.of("/l"));
    } finally {
      System.clearProperty(CommandLineParser.WORKING_FOLDER_GONE);
    }
  }

  @ParameterizedTest
  @CsvSource({
      "--prot 1 --token t,--port", "--Port 1 --token t,--port", "-port 1,--port",
      "--log_level info,--log-level", "--idletimeout 1,--idle-timeout", "--hlep,--help",
      "--tokn-file=s3cr3t,--token-file", "--deny --token t,--deny-private",
      "--toke s3cr3t,--token or --token-file or --token-stdin", "dmeo,demo", "hepl,help",
      "--token t dmo,demo", "demo --sokets 2,--sockets", "demo --md=3,--mb", "help dem,demo"
  })
  void aTypoGetsASuggestion(String line, String meant) {
    assertThatThrownBy(() -> parse("", line.split(" ")))
        .isInstanceOf(LaunchFailure.class)
        .hasMessageEndingWith("; did you mean " + meant + "? See --help.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--s3cr3t", "s3cr3t", "-x", "x", "--zzzz=1", "demo --zzz", "help s3cr3t"})
  void whatIsLikeNoNameGetsNoSuggestion(String line) {
    assertThatThrownBy(() -> parse("", line.split(" ")))
        .isInstanceOf(LaunchFailure.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("did you mean"));
  }

  @Test
  void aValueOutOfAChoiceIsAnsweredWithTheChoices() {
    assertThatThrownBy(() -> options("--token", "t", "--log-format", "xml"))
        .hasMessage("The value of --log-format is not understood; it is one of text, json."
            + " See --help.");
  }

  @Test
  void helpHasTheOptionsByGroups() throws Exception {
    String help = ((Request.Show) parse("", "help")).text();
    assertThat(help).isEqualTo(((Request.Show) parse("", "--help")).text());
    int from = 0;
    for (DaemonOption.Group group : DaemonOption.Group.values()) {
      from = help.indexOf("\n" + group.heading() + ":", from);
      assertThat(from).as(group.heading()).isPositive();
      for (DaemonOption option : group.options()) {
        from = help.indexOf(option.flag(), from);
        assertThat(from).as(option.flag()).isPositive();
      }
    }
    assertThat(help).contains("Examples:", "--token-file secret.txt --root");
  }

  @Test
  void helpOfACommandIsTheSameEitherWay() throws Exception {
    assertThat(((Request.Show) parse("", "help", "demo")).text())
        .isEqualTo(((Request.Show) parse("", "demo", "--help")).text())
        .contains("--sockets", "--keep");
    assertThat(((Request.Show) parse("", "help", "help")).text())
        .isEqualTo(((Request.Show) parse("", "help", "--help")).text())
        .contains("COMMAND");
  }

  @Test
  void helpAndVersionAreShown() throws Exception {
    assertThat(((Request.Show) parse("", "--help")).text())
        .contains(
            "--port=N", "--token=T", "--token-file=FILE", "--token-stdin", "--parent-pid=PID",
            "--install-id=ID", "--root=KEY=PATH", "--idle-timeout=D", "--memory=SIZE",
            "--log-file=FILE",
            "--log-level=LEVEL", "-h, --help", "-V, --version", "demo", "Exit status");
    assertThat(((Request.Show) parse("", "demo", "--help")).text()).contains("--sockets");
    assertThat(((Request.Show) parse("", "--version")).text()).startsWith("1.2.3");
  }

  @Test
  void demoHasItsOwnOptions() throws Exception {
    assertThat(((Request.Demo) parse("", "demo", "--mb", "8", "--sockets", "2")).options())
        .isEqualTo(new DemoOptions(8, 2, false));
    assertThat(((Request.Demo) parse("", "demo", "--keep")).options().keep()).isTrue();
  }
}

package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The daemon starts wherever it is installed and whatever its environment, and prints nothing but
 * the port to standard output.
 */
@Timeout(600)
@EnabledOnOs({OS.LINUX, OS.MAC})
@ParameterizedClass
@EnumSource(Jvm.class)
class StartScriptIT {
  private static final String TOKEN = "t";

  @Parameter
  Jvm jvm;

  @TempDir
  Path folder;

  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void requireJvm() {
    jvm.assumeThere();
  }

  /**
   * Asserts that it serves, including its resources, then ends, and has printed nothing but its
   * port.
   */
  private void assertServes(DaemonProcess daemon) throws Exception {
    assertAnswers(daemon);
    assertEnds(daemon);
  }

  private void assertAnswers(DaemonProcess daemon) throws Exception {
    String origin = "http://127.0.0.1:" + daemon.port();
    for (String path : new String[] {"/health", "/", "/stats"}) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(origin + path)).header("X-JST-Auth", TOKEN).build();
      assertThat(http.send(request, BodyHandlers.discarding()).statusCode()).as(path)
          .isEqualTo(200);
    }
    jvm.assertRuns(daemon.process());
  }

  private static void assertEnds(DaemonProcess daemon) throws Exception {
    daemon.terminate();
    assertThat(daemon.awaitExit()).as(daemon.stderr()).isZero();
    assertThat(daemon.restOfStdout()).isEmpty();
  }

  private DaemonProcess start(Map<String, String> more, String script) throws Exception {
    return DaemonProcess.run(
        jvm.environment(more), List.of(script, "--port", "0", "--token", TOKEN));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "we:ird", "a:b:c!", "with blanks ", "per%20cent%p%", "line end\n", "quote'\"",
          "\u00fcn\u00ef\u2764", "h#a?s;h&", "back\\slash", "-dash", "st*r[x]", "~", "$HOME `x`",
          "@at", "a!b", "wow!"
      })
  void itStartsInAFolderOfAnyName(String name) throws Exception {
    Installation installation = Installation.in(folder.resolve(name));
    try (DaemonProcess daemon = start(Map.of(), installation.script().toString())) {
      assertServes(daemon);
    }
  }

  @Test
  void theOneFileJarStartsInSuchFoldersToo() throws Exception {
    Path original = Path.of(System.getProperty("dist.jar"));
    for (String name : new String[] {"with blanks ", "per%20cent", "line end\n", "\u00fc",
        "wow!"}) {
      Path jar = Files.createDirectory(folder.resolve(name)).resolve("daemon.jar");
      Files.copy(original, jar);
      try (DaemonProcess daemon =
          DaemonProcess.run(
              Map.of("LC_ALL", "C.UTF-8"),
              List.of(jvm.java(), "-jar", jar.toString(), "--port", "0", "--token", TOKEN))) {
        assertServes(daemon);
      }
    }
  }

  @Test
  void itStartsThroughLinksOfAnyKind() throws Exception {
    Path home = folder.resolve("li:nked\n");
    Installation installation = Installation.in(home);
    Path away = Files.createDirectories(folder.resolve("-a b").resolve("c"));
    Path first = Files.createSymbolicLink(away.resolve("-x\n"), installation.script());
    Path second = Files.createSymbolicLink(folder.resolve("second"), folder.relativize(first));
    Path third = Files.createSymbolicLink(folder.resolve("li\nk"), second);
    Path bin = Files.createSymbolicLink(folder.resolve("bin\n"), home.resolve("bin"));
    for (Path script : List.of(first, second, third, bin.resolve("jstorrent-io-daemon"))) {
      try (DaemonProcess daemon = start(Map.of(), script.toString())) {
        assertServes(daemon);
      }
    }
    String go = "cd \"$1\" && shift";
    String[] arguments = {"--port", "0", "--token", TOKEN};
    for (String relative : new String[] {"./second", "-a b/c/-x\n",
        "bin\n/../bin/jstorrent-io-daemon"}) {
      List<String> command = new ArrayList<>(List.of(folder.toString(), relative));
      command.addAll(List.of(arguments));
      try (DaemonProcess daemon =
          DaemonProcess.shell(jvm.environment(), go, command.toArray(String[]::new))) {
        assertServes(daemon);
      }
    }
  }

  @Test
  void itIsFoundByThePathAndByAShell() throws Exception {
    Installation installation = Installation.in(folder.resolve("in:stalled"));
    String bin = installation.script().getParent().toString();
    String[] ways = {
        "PATH=" + quoted(bin) + ":$PATH",
        "cd " + quoted(bin + "/..") + "; PATH=bin:$PATH",
        "cd " + quoted(bin) + "; PATH=.:$PATH"};
    Path link = Files.createDirectory(folder.resolve("links")).resolve("jstorrent-io-daemon");
    Files.createSymbolicLink(link, installation.script());
    for (String way : ways) {
      if (way.contains(":$PATH") && way.contains("in:stalled") && way.startsWith("PATH")) {
        way = "PATH=" + quoted(link.getParent().toString()) + ":$PATH"; // a colon separates folders there
      }
      try (DaemonProcess daemon =
          DaemonProcess.shell(
              jvm.environment(), way, "jstorrent-io-daemon", "--port", "0", "--token", TOKEN)) {
        assertServes(daemon);
      }
    }
    try (DaemonProcess daemon =
        DaemonProcess.shell(
            jvm.environment(), "cd " + quoted(bin), "sh", "jstorrent-io-daemon", "--port", "0",
            "--token", TOKEN)) {
      assertServes(daemon);
    }
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
          "JAVA_TOOL_OPTIONS|-XX:+UseG1GC", "JAVA_TOOL_OPTIONS|-Xlog:all=info:stdout",
          "_JAVA_OPTIONS|-Xlog:gc", "_JAVA_OPTIONS|-XX:+UseParallelGC -Xmx16m",
          "_JAVA_OPTIONS|-XX:+PrintFlagsFinal -XX:-DisplayVMOutputToStderr",
          "JDK_JAVA_OPTIONS|-XX:+UseZGC -verbose:class", "JDK_JAVA_OPTIONS|--version",
          "JDK_JAVA_OPTIONS|@/none/such", "JAVA_TOOL_OPTIONS|-XX:NoSuchOption",
          "JAVA_TOOL_OPTIONS|-agentlib:jdwp=transport=dt_socket,server=y,address=127.0.0.1:0",
          "JAVA_TOOL_OPTIONS|-javaagent:/none/such.jar", "_JAVA_LAUNCHER_DEBUG|1",
          "JDK_AOT_VM_OPTIONS|-Xlog:all", "CLASSPATH|/none/such", "CDPATH|/:/tmp:/usr",
          "POSIXLY_CORRECT|1", "IFS|/", "ENV|/none/such", "BASH_ENV|/none/such",
          "SHELLOPTS|nounset:noglob:noclobber:errexit", "LC_ALL|no_SUCH",
          "LANG|tr_TR.ISO-8859-9", "TMPDIR|/none/such", "HOME|/none/such", "HOME|relative",
          "XDG_CONFIG_HOME|relative", "JSTORRENT_JAVA_OPTIONS|-Xlog:gc -verbose:class",
          "JSTORRENT_JAVA_OPTIONS|-XX:-UseSerialGC -XX:+UseParallelGC -XX:+PrintFlagsFinal",
          "JSTORRENT_JAVA_OPTIONS|-Xlog:all=info -XX:-DisplayVMOutputToStderr -Dx=*"
      })
  void itStartsWhateverTheVariable(String variable, String value) throws Exception {
    try (DaemonProcess daemon = start(Map.of(variable, value), DaemonProcess.script().toString())) {
      assertServes(daemon);
      assertThat(daemon.stderr()).doesNotContain("Picked up");
    }
  }

  /** A full disk, for instance, is known by the words of the system. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void theSystemSpeaksEnglishToIt() throws Exception {
    Map<String, String> german = Map.of("LANGUAGE", "de:en", "LC_ALL", "de_DE.UTF-8");
    try (DaemonProcess daemon = start(german, DaemonProcess.script().toString())) {
      assertThat(daemon.port()).isPositive();
      assertThat(daemon.environment().lines())
          .contains("LC_ALL=C.UTF-8")
          .noneMatch(line -> line.startsWith("LANGUAGE="));
    }
  }

  @Test
  void theDaemonsVariableAddsOptionsOfTheJvm() throws Exception {
    Path log = folder.resolve("gc.log");
    String options = "  -XX:-UseSerialGC   -XX:+UseParallelGC -Xlog:gc*:file=" + log + " ";
    try (DaemonProcess daemon =
        start(Map.of("JSTORRENT_JAVA_OPTIONS", options), DaemonProcess.script().toString())) {
      assertServes(daemon);
    }
    assertThat(log).content().contains("Using Parallel");
  }

  /** Where sh is bash, it imports them. */
  @Test
  @EnabledIf("hasBash")
  void itStartsWhateverFunctionsTheUserHasExported() throws Exception {
    Map<String, String> functions =
        Map.of(
            "BASH_FUNC_cd%%", "() { command cd \"$@\" && echo now in $PWD; }",
            "BASH_FUNC_read%%", "() { return 1; }", "BASH_FUNC_[%%", "() { return 1; }");
    List<String> bash = List.of("bash", "--posix", DaemonProcess.script().toString());
    List<String> command = new ArrayList<>(bash);
    command.addAll(List.of("--port", "0", "--token", TOKEN));
    Map<String, String> environment = new HashMap<>(jvm.environment());
    environment.putAll(functions);
    try (DaemonProcess daemon = DaemonProcess.run(environment, command)) {
      assertServes(daemon);
    }
  }

  static boolean hasBash() {
    return Files.isExecutable(Path.of("/bin/bash"));
  }

  @Test
  void itStartsWithNearlyNoEnvironment() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("daemon"), DaemonProcess.script());
    for (String path : new String[] {"", "PATH=", "PATH=/none/such"}) {
      List<String> command = new ArrayList<>(List.of("env", "-i"));
      jvm.environment().forEach((name, value) -> command.add(name + "=" + value));
      if (!path.isEmpty()) {
        command.add(path);
      }
      command.addAll(List.of(link.toString(), "--port", "0", "--token", TOKEN));
      try (DaemonProcess daemon = DaemonProcess.run(command)) {
        assertServes(daemon);
      }
    }
  }

  @Test
  void itStartsInADeletedWorkingFolder() throws Exception {
    String go = "mkdir " + quoted(folder + "/gone") + "; cd " + quoted(folder + "/gone")
        + "; rmdir ../gone";
    String[] command = {DaemonProcess.script().toString(), "--port", "0", "--token", TOKEN};
    try (DaemonProcess daemon = DaemonProcess.shell(jvm.environment(), go, command)) {
      assertServes(daemon);
    }
    String anew = go + "; mkdir ../gone";
    try (DaemonProcess daemon = DaemonProcess.shell(jvm.environment(), anew, command)) {
      assertServes(daemon);
    }
  }

  @Test
  void relativePathsInADeletedWorkingFolderAreRefused() throws Exception {
    String go = "mkdir " + quoted(folder + "/gone") + "; cd " + quoted(folder + "/gone")
        + "; rmdir ../gone";
    try (DaemonProcess daemon =
        DaemonProcess.shell(
            jvm.environment(), go, DaemonProcess.script().toString(), "--token", TOKEN, "--root",
            "k=.")) {
      assertThat(daemon.awaitExit()).isEqualTo(ExitCode.BAD_ARGUMENTS.number());
      assertThat(daemon.stderr()).contains("The working folder is gone: paths must be absolute.");
      assertThat(daemon.restOfStdout()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"077", "000", "0377"})
  void itStartsUnderAnyUmaskAndItsLogIsPrivate(String umask) throws Exception {
    Path log = folder.resolve("log");
    try (DaemonProcess daemon =
        DaemonProcess.shell(
            jvm.environment(), "umask " + umask, DaemonProcess.script().toString(), "--port", "0",
            "--token", TOKEN, "--log-file", log.toString())) {
      assertServes(daemon);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
        .matches("r(w|-)-------");
  }

  @ParameterizedTest
  @ValueSource(strings = {"exec <&-", "exec 2>&-", "exec <&- 2>&-", "exec 2>/dev/full"})
  void itStartsWithoutItsOtherStreams(String closing) throws Exception {
    Path log = folder.resolve("log");
    try (DaemonProcess daemon =
        DaemonProcess.shell(
            jvm.environment(), closing, DaemonProcess.script().toString(), "--port", "0",
            "--token", TOKEN, "--log-level", "debug", "--log-file", log.toString())) {
      assertAnswers(daemon);
      TestDaemon.await( // they are installed when the port has been printed
          "signal handlers", () -> read(log).contains("Signal handlers are installed."));
      assertEnds(daemon);
    }
    assertThat(log).content().contains("ends because of signal 15");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The files for supervisors, and what a supervisor is told. */
@Timeout(600)
@EnabledOnOs(OS.LINUX)
class SupervisorIT {
  private static final Path SHARE = Path.of(System.getProperty("dist.dir"), "share");
  private static final String UNIT = "jstorrent-io-daemon.service";

  /** Binds the socket of a supervisor, says so, and prints what comes first. */
  private static final String SUPERVISOR =
      """
          import socket, sys
          s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
          s.bind(sys.argv[1])
          print("bound", flush=True)
          print(s.recv(4096).decode().strip().replace("\\n", " "), flush=True)
          """;

  @TempDir
  Path folder;

  @Test
  void aSupervisorThatAsksForItIsToldWhenTheDaemonIsReady() throws Exception {
    Program.assumeThere("python3", "--version");
    Program.assumeThere("systemd-notify", "--version");
    Path socket = folder.resolve("notify");
    try (Program supervisor = Program.start("python3", "-c", SUPERVISOR, socket.toString())) {
      assertThat(supervisor.readLine()).isEqualTo("bound");
      try (DaemonProcess daemon =
          DaemonProcess.start(Map.of("NOTIFY_SOCKET", socket.toString()), "--token", "t")) {
        daemon.port();
        assertThat(supervisor.readLine()).isEqualTo("READY=1");
        daemon.terminate();
        assertThat(daemon.awaitExit()).isZero();
        assertThat(daemon.restOfStdout()).isEmpty();
      }
    }
  }

  @Test
  void aSupervisorThatCannotBeToldDoesNotPreventTheStart() throws Exception {
    Map<String, String> nowhere = Map.of("NOTIFY_SOCKET", folder.resolve("none").toString());
    try (DaemonProcess daemon = DaemonProcess.start(nowhere, "--token", "t")) {
      daemon.port();
      daemon.awaitStderr("upervisor ");
      daemon.terminate();
      assertThat(daemon.awaitExit()).isZero();
    }
  }

  @Test
  void theSystemdUnitIsCorrectForADistributionAtItsPlace() throws Exception {
    Program.assumeThere("systemd-analyze", "--version");
    Path lib = Files.createDirectories(folder.resolve(".local").resolve("lib"));
    Files.createSymbolicLink(
        lib.resolve("jstorrent-io-daemon"), Path.of(System.getProperty("dist.dir")));
    Path units = Files.createDirectories(folder.resolve("units"));
    Path unit = Files.copy(SHARE.resolve("systemd/user").resolve(UNIT), units.resolve(UNIT));
    Map<String, String> home =
        Map.of("HOME", folder.toString(), "XDG_RUNTIME_DIR", folder.toString());
    String[] verify = {
        "env", "-u", "XDG_CONFIG_HOME", "systemd-analyze", "--user", "--man=no", "verify",
        unit.toString()};
    try (Program analyze = Program.start(home, verify)) {
      assertThat(analyze.readAll()).as("warnings").isEmpty();
    }
  }

  @Test
  void theCommandOfTheUnitStartsTheDaemon() throws Exception {
    Path config = Files.createDirectories(folder.resolve(".config/jstorrent-io-daemon"));
    Path lib = Files.createDirectories(folder.resolve(".local/lib"));
    Files.createSymbolicLink(
        lib.resolve("jstorrent-io-daemon"), Path.of(System.getProperty("dist.dir")));
    Files.writeString(config.resolve("secret.txt"), "t");
    Files.writeString(config.resolve("daemon.conf"), "token-file = secret.txt\n");
    String command =
        Files.readAllLines(SHARE.resolve("systemd/user").resolve(UNIT))
            .stream()
            .filter(line -> line.startsWith("ExecStart="))
            .map(line -> line.substring("ExecStart=".length()))
            .findFirst()
            .orElseThrow()
            .replace("%h", folder.toString())
            .replace("%E", folder.resolve(".config").toString());
    try (DaemonProcess daemon = DaemonProcess.run(List.of("sh", "-c", "exec " + command))) {
      assertThat(daemon.port()).isPositive();
    }
  }

  @Test
  void theLaunchdAgentIsAPropertyListWhoseCommandStartsTheDaemon() throws Exception {
    Program.assumeThere("python3", "--version");
    Path home = Files.createDirectories(folder.resolve("home"));
    Path library = Files.createDirectories(home.resolve("Library"));
    Path installed = library.resolve("jstorrent-io-daemon");
    Installation.in(installed);
    Files.writeString(installed.resolve("secret.txt"), "t");
    Files.writeString(installed.resolve("daemon.conf"), "token-file = secret.txt\n");
    String print =
        "import plistlib, sys; p = plistlib.load(open(sys.argv[1], 'rb'));"
            + " assert p['KeepAlive'] == {'SuccessfulExit': False};"
            + " print('\\n'.join(p['ProgramArguments']))";
    String list = SHARE.resolve("launchd/com.jstorrent.io-daemon.plist").toString();
    try (Program python = Program.start("python3", "-c", print, list)) {
      List<String> command = python.readAll().lines().toList();
      try (DaemonProcess daemon =
          DaemonProcess.run(Map.of("HOME", home.toString()), command)) {
        assertThat(daemon.port()).isPositive();
      }
    }
  }
}

package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Program;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A daemon that cannot print its port could never be found, so it ends with a reason. */
@Timeout(600)
@EnabledOnOs(OS.LINUX)
class StandardOutputIT {
  @TempDir
  Path folder;

  private Path pipe;

  @BeforeEach
  void makePipe() throws Exception {
    pipe = folder.resolve("pipe");
    try (Program mkfifo = Program.start("mkfifo", pipe.toString())) {
      mkfifo.awaitExit();
    }
  }

  /** Kinds of standard output that cannot be written. */
  static Stream<String> unwritable() {
    return Stream.of(
        "exec >&-",
        "exec >/dev/full",
        "exec >&- <&-",
        "exec </dev/null >&0", // open for reading only
        "exec 5<>\"$PIPE\" 6>\"$PIPE\" >&6 5<&- 6>&-"); // a pipe without a reader
  }

  private void assertEndsWithOne(String output, List<String> command) throws Exception {
    try (DaemonProcess daemon =
        DaemonProcess.shell(
            Map.of("PIPE", pipe.toString()), output, command.toArray(String[]::new))) {
      assertThat(daemon.awaitExit()).as(daemon.stderr()).isEqualTo(ExitCode.FAILED.number());
      assertThat(daemon.stderr().lines()).hasSize(1);
      assertThat(daemon.stderr()).containsIgnoringCase("standard output").doesNotContain("secret");
    }
  }

  private static List<String> with(List<String> command, String... arguments) {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of(arguments));
    return all;
  }

  @ParameterizedTest
  @MethodSource("unwritable")
  void theDistributionEndsWithOneWhenItsPortCannotBePrinted(String output) throws Exception {
    List<String> script = List.of(DaemonProcess.script().toString());
    assertEndsWithOne(output, with(script, "--port", "0", "--token", "secret"));
    assertEndsWithOne(output, with(script, "--version"));
    assertEndsWithOne(output, with(script, "demo", "--mb", "1", "--sockets", "1"));
  }

  @ParameterizedTest
  @MethodSource("unwritable")
  void theOneFileJarDoesTheSame(String output) throws Exception {
    List<String> jar =
        List.of(Jvm.NEWEST.java(), "-Xlog:disable", "-jar", System.getProperty("dist.jar"));
    assertEndsWithOne(output, with(jar, "--port", "0", "--token", "secret"));
    assertEndsWithOne(
        output,
        with(
            jar, "--port", "0", "--token", "secret", "--log-file",
            folder.resolve("log").toString()));
    assertEndsWithOne(output, with(jar, "--help"));
  }

  /** A full pipe may be read later, so the daemon waits; but it has no client whose writes a signal must wait for. */
  @Test
  void aSignalEndsADaemonThatWaitsToPrintItsPort() throws Exception {
    int port = freePort();
    String full =
        "exec 5<>\"$PIPE\"; dd if=/dev/zero of=\"$PIPE\" bs=4096 oflag=nonblock 2>&-; exec >&5";
    try (DaemonProcess daemon =
        DaemonProcess.shell(
            Map.of("PIPE", pipe.toString()),
            full,
            DaemonProcess.script().toString(), "--port", Integer.toString(port), "--token",
            "secret")) {
      TestDaemon.await("the daemon listens", () -> accepts(port));
      daemon.terminate();
      assertThat(daemon.awaitExit()).isEqualTo(128 + 15);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}

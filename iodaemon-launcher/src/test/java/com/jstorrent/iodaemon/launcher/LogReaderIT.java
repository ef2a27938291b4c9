package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A parent that does not read standard error costs log lines and nothing else. */
@Timeout(900)
@EnabledOnOs({OS.LINUX, OS.MAC})
class LogReaderIT {
  private static final String TOKEN = "t";
  private static final int AFTERWARDS = 60;

  /** Far more than the pipe and the queue can hold. */
  private static final int ENOUGH_REQUESTS = 200_000;
  private static final Pattern DROPPED = Pattern.compile("\"log_lines_dropped\":([0-9]+)");

  @TempDir
  Path folder;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** Starts a daemon whose standard error is a pipe that is not read. */
  private static Process start(String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env", "--default-signal=TERM", DaemonProcess.script().toString(), "--port", "0",
                "--token", TOKEN, "--log-level", "trace"));
    if (!OS.LINUX.isCurrentOs()) {
      command.subList(0, 2).clear();
    }
    command.addAll(List.of(more));
    return new ProcessBuilder(command).start();
  }

  private static int port(Process daemon) throws Exception {
    return Integer.parseInt(daemon.inputReader(UTF_8).readLine());
  }

  private long dropped(int port) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/stats"))
            .header("X-JST-Auth", TOKEN)
            .build();
    Matcher number = DROPPED.matcher(http.send(request, BodyHandlers.ofString()).body());
    assertThat(number.find()).isTrue();
    return Long.parseLong(number.group(1));
  }

  /** Sends frames for an unknown socket, each of which causes a line. */
  private void fillThePipe(int port) throws Exception {
    try (WireClient client = new WireClient(http, port, TOKEN)) {
      for (int i = 0; dropped(port) == 0; i += 1000) {
        assertThat(i).as("lines that were logged").isLessThan(ENOUGH_REQUESTS);
        for (int j = 0; j < 1000; j++) {
          client.send(new ClientFrame.TcpSend(0, 77, ByteBuffer.allocate(1)));
        }
      }
    }
  }

  private void assertServes(int port) throws Exception {
    try (Peer peer = Peer.open()) {
      for (int i = 0; i < AFTERWARDS; i++) {
        try (WireClient client = new WireClient(http, port, TOKEN)) {
          client.send(new ClientFrame.TcpConnect(1, 1, peer.port(), "127.0.0.1"));
          assertThat(client.expect(DaemonFrame.TcpConnected.class).errno()).isZero();
          try (Socket accepted = peer.accept()) {
            accepted.getOutputStream().write(i);
            assertThat(client.expect(DaemonFrame.TcpRecv.class).data().get()).isEqualTo((byte) i);
          }
        }
      }
    }
  }

  @Test
  void clientsAreServedAndDroppedLinesAreReportedOnceStderrIsRead() throws Exception {
    Path log = folder.resolve("log");
    Process daemon = start("--log-file", log.toString());
    try {
      int port = port(daemon);
      fillThePipe(port);
      assertServes(port);
      long dropped = dropped(port);
      assertThat(dropped).isPositive();
      try (WireClient client = new WireClient(http, port, TOKEN)) {
        TestDaemon.await(
            "the log file, which must not wait for the pipe",
            () -> {
              // Again and again: the queue of the file may be full as well, on a busy machine.
              client.send(new ClientFrame.TcpSend(0, 424242, ByteBuffer.allocate(1)));
              return holds(log, " 424242.");
            });
      }
      BufferedReader stderr = daemon.errorReader(UTF_8);
      String line;
      do {
        line = stderr.readLine();
        assertThat(line).as("the line about what was dropped").isNotNull();
      } while (!line.contains("lines of the log were dropped here"));
      assertThat(line).contains(" warn LogWriter: ");
      daemon.toHandle().destroy();
      while (line != null && !line.contains("ends because of signal 15")) {
        line = stderr.readLine();
      }
      assertThat(line).as("what was logged after that").isNotNull();
      assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(daemon.exitValue()).isZero();
    } finally {
      daemon.destroyForcibly();
    }
  }

  @Test
  void theProcessEndsWithoutAReader() throws Exception {
    Process daemon = start();
    try {
      fillThePipe(port(daemon));
      daemon.toHandle().destroy();
      assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(daemon.exitValue()).isZero();
    } finally {
      daemon.destroyForcibly();
    }
  }

  @Test
  void itEndsWithItsParentWithoutAReader() throws Exception {
    Process parent = new ProcessBuilder("sleep", "600").start();
    Process daemon = start("--parent-pid", Long.toString(parent.pid()));
    try {
      fillThePipe(port(daemon));
      parent.destroyForcibly();
      assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(daemon.exitValue()).isZero();
    } finally {
      parent.destroyForcibly();
      daemon.destroyForcibly();
    }
  }

  @Test
  void aFullDeviceAsStandardErrorCostsLinesOnly() throws Exception {
    if (!Files.exists(Path.of("/dev/full"))) {
      return;
    }
    try (DaemonProcess daemon =
        DaemonProcess.shell(
            Map.of(), "exec 2>/dev/full", DaemonProcess.script().toString(), "--port", "0",
            "--token", TOKEN)) {
      int port = daemon.port();
      assertServes(port);
      TestDaemon.await("lines that were dropped", () -> countDropped(port) >= 2);
      daemon.terminate();
      assertThat(daemon.awaitExit()).isZero();
    }
  }

  private static boolean holds(Path log, String text) {
    try {
      return Files.readString(log).contains(text);
    } catch (NoSuchFileException e) { // it is being renamed, and made anew
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long countDropped(int port) {
    try {
      return dropped(port);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}

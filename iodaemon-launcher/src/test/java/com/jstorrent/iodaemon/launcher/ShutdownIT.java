package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * PROTOCOL.md § 1 and § 5.4: how the process ends while a write is in progress and a WebSocket is
 * open.
 */
@Timeout(600)
@EnabledOnOs({OS.LINUX, OS.MAC})
class ShutdownIT {
  private static final String TOKEN = "t";
  private static final String CONTENT = "0123456789";
  private static final int ENOUGH_BYTES = 1000;

  @TempDir
  Path folder;

  private enum Way {
    REQUEST, TERM, INT, HUP
  }

  private DaemonProcess start(String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("--token", TOKEN, "--root", "k=" + folder));
    arguments.addAll(List.of(more));
    return DaemonProcess.start(Map.of(), arguments.toArray(String[]::new));
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static String head(String target, int length) {
    return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: " + TOKEN
        + "\r\nContent-Length: " + length + "\r\n";
  }

  /** A write that the daemon has accepted, and half of which was sent. */
  private static Socket halfAWrite(int port) throws IOException {
    Socket writer = connect(port);
    String head =
        head("/write/k", CONTENT.length()) + "Expect: 100-continue\r\nX-Path-Base64: "
            + Base64.getEncoder().encodeToString("f".getBytes(UTF_8)) + "\r\n\r\n";
    writer.getOutputStream().write(head.getBytes(US_ASCII));
    String interim = "HTTP/1.1 100 Continue\r\n\r\n";
    assertThat(new String(writer.getInputStream().readNBytes(interim.length()), US_ASCII))
        .isEqualTo(interim);
    writer.getOutputStream().write(CONTENT.substring(0, 5).getBytes(US_ASCII));
    return writer;
  }

  private static void awaitRefusal(int port) throws IOException {
    try {
      while (true) {
        connect(port).close();
        LockSupport.parkNanos(1_000_000); // leaves the processors to the daemon
      }
    } catch (SocketException e) { // refused, or reset when the port closes meanwhile
      return;
    }
  }

  /** Receives the code of the Close. */
  private static final class Closing implements WebSocket.Listener {
    private final CompletableFuture<Integer> code = new CompletableFuture<>();

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      code.complete(status);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      code.completeExceptionally(error);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void everyShutdownFinishesTheWriteClosesTheWebSocketAndEndsWithZero(Way way) throws Exception {
    try (DaemonProcess daemon = start()) {
      int port = daemon.port();
      Closing closing = new Closing();
      HttpClient.newHttpClient()
          .newWebSocketBuilder()
          .header("X-JST-Auth", TOKEN)
          .buildAsync(URI.create("ws://127.0.0.1:" + port + "/io"), closing)
          .get();
      try (Socket writer = halfAWrite(port)) {
        if (way == Way.REQUEST) {
          try (Socket asking = connect(port)) {
            asking.getOutputStream()
                .write((head("/control/shutdown", 0) + "\r\n").getBytes(US_ASCII));
            assertThat(new String(asking.getInputStream().readAllBytes(), US_ASCII))
                .startsWith("HTTP/1.1 200");
          }
        } else {
          daemon.signal(way.name());
        }
        assertThat(closing.code.get()).isEqualTo(1001);
        writer.getOutputStream().write(CONTENT.substring(5).getBytes(US_ASCII));
        awaitRefusal(port);
        assertThat(new String(writer.getInputStream().readAllBytes(), US_ASCII))
            .startsWith("HTTP/1.1 200");
      }
      assertThat(daemon.awaitExit()).isZero();
      assertThat(Files.readString(folder.resolve("f"))).isEqualTo(CONTENT);
      assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
      assertThat(daemon.restOfStdout()).isEmpty();
    }
  }

  @Test
  void aWriteThatNeverEndsIsAbortedAndTheShutdownCompletes() throws Exception {
    try (DaemonProcess daemon = start(); Socket writer = halfAWrite(daemon.port())) {
      daemon.terminate();
      assertThat(writer.getInputStream().readNBytes(ENOUGH_BYTES)).isEmpty();
      assertThat(daemon.awaitExit()).isZero();
    }
  }

  @Test
  void aSecondSignalDoesNotWaitForTheShutdown() throws Exception {
    try (DaemonProcess daemon = start("--log-level", "debug")) {
      int port = daemon.port();
      daemon.awaitStderr("Signal handlers are installed.");
      try (Socket writer = halfAWrite(port)) {
        assertThat(writer.isConnected()).isTrue();
        // Both signals are pending until it continues, so the shutdown cannot end in between.
        daemon.signal("STOP");
        daemon.signal("TERM");
        daemon.signal("INT");
        daemon.signal("CONT");
        assertThat(daemon.awaitExit()).as("by whichever signal came second")
            .isIn(128 + 2, 128 + 15);
      }
    }
  }

  /** The parent may not read standard error, so that it fills up. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aSignalEndsADaemonThatCannotLog() throws Exception {
    final int pipeBytes = 64 << 10; // pipe(7)
    String full =
        "mkfifo \"$1\" && exec 3<>\"$1\" && head -c " + pipeBytes + " /dev/zero >&3"
            + " && exec env --default-signal=TERM \"$0\" --token " + TOKEN + " 2>&3";
    List<String> command =
        List.of(
            "sh", "-c", full, DaemonProcess.script().toString(), folder.resolve("fifo").toString());
    try (DaemonProcess daemon = DaemonProcess.run(command)) {
      daemon.port();
      daemon.terminate();
      assertThat(daemon.awaitExit()).isZero();
    }
  }

  @Test
  void aTerminalThatIsClosedEndsTheDaemonInOrderAndTheLogTellsSo() throws Exception {
    try (DaemonProcess daemon = start("--log-level", "debug")) {
      int port = daemon.port();
      daemon.awaitStderr("Signal handlers are installed.");
      try (Socket writer = halfAWrite(port)) {
        daemon.signal("HUP");
        daemon.awaitStderr("The daemon ends because of signal 1.");
        daemon.signal("HUP"); // the second one of the same terminal
        writer.getOutputStream().write(CONTENT.substring(5).getBytes(US_ASCII));
        awaitRefusal(port);
        assertThat(new String(writer.getInputStream().readAllBytes(), US_ASCII))
            .startsWith("HTTP/1.1 200");
      }
      assertThat(daemon.awaitExit()).isZero();
    }
  }
}

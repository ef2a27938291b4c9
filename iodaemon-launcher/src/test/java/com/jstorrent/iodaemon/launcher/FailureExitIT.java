package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Program;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A process whose daemon has failed logs the reason and ends with status 3. */
@Timeout(600)
class FailureExitIT {
  private static final String TOKEN = "t";
  private static final int MANY = 500;
  private static final int FEW = 5;
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final long PAGE_BYTES = 4096;
  private static final long SPARE_BYTES = 100 << 10;

  @TempDir
  Path folder;

  /** The options follow those of conf/jvm.options, so they take precedence. */
  private DaemonProcess start(String options) throws IOException {
    return DaemonProcess.start(
        Map.of("JSTORRENT_JAVA_OPTIONS", options), "--token", TOKEN, "--root", "k=" + folder);
  }

  private static void assertEndsWithThree(DaemonProcess daemon, String reason) throws Exception {
    assertThat(daemon.awaitExit()).as(daemon.stderr()).isEqualTo(ExitCode.BROKEN.number());
    assertThat(daemon.stderr().lines().filter(line -> line.contains(reason))).isNotEmpty();
    assertThat(daemon.stderr()).doesNotContain("\tat ").doesNotContain(TOKEN + "\n");
    assertThat(daemon.restOfStdout()).isEmpty();
  }

  private static Socket ask(int port, String head) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.getOutputStream()
        .write(
            (head + " HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: " + TOKEN + "\r\n")
                .getBytes(US_ASCII));
    return socket;
  }

  @Test
  void jsonThatWouldFillTheHeapIsRefused() throws Exception {
    try (DaemonProcess daemon = start("-Xms8m -Xmn3m -Xmx12m");
        Socket client = ask(daemon.port(), "POST /hash/pieces")) {
      OutputStream out = client.getOutputStream();
      out.write("Content-Length: 16000000\r\n\r\n{\"files\":[".getBytes(US_ASCII));
      byte[] file = "{\"root_key\":\"k\",\"path\":\"a\",\"length\":1},".getBytes(US_ASCII);
      try {
        for (int sent = file.length; sent < 15_000_000; sent += file.length) {
          out.write(file);
        }
      } catch (IOException e) {
        // The daemon has refused it and reads no more.
      }
      try (Socket other = ask(client.getPort(), "GET /health")) {
        other.getOutputStream().write("\r\n".getBytes(US_ASCII));
        assertThat(new String(other.getInputStream().readNBytes(12), US_ASCII))
            .isEqualTo("HTTP/1.1 200");
      }
    }
  }

  /** Limits the address space so that there is none for the stack of another thread. */
  private static void limitAddressSpace(DaemonProcess daemon) throws Exception {
    long pages =
        Long.parseLong(Files.readString(Path.of("/proc/" + pid(daemon) + "/statm")).split(" ")[0]);
    limit(daemon, Long.toString(pages * PAGE_BYTES + SPARE_BYTES));
  }

  private static void limit(DaemonProcess daemon, String bytes) throws Exception {
    Program.assumeThere("prlimit", "--pid", pid(daemon), "--as=" + bytes + ":");
  }

  private static String pid(DaemonProcess daemon) {
    return Long.toString(daemon.process().pid());
  }

  private static int status(Socket client) throws IOException {
    String line = new String(client.getInputStream().readNBytes(12), US_ASCII);
    if (line.length() < 12) {
      throw new EOFException("The daemon has ended the connection.");
    }
    return Integer.parseInt(line.split(" ")[1]);
  }

  private static List<Socket> openServedConnections(int port, int count) throws IOException {
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Socket client = ask(port, "GET /health");
      client.getOutputStream().write("\r\n".getBytes(US_ASCII));
      assertThat(status(client)).isEqualTo(200);
      clients.add(client);
    }
    return clients;
  }

  /**
   * The JVM itself may need a thread, so either outcome is right; but nothing may hang or report a
   * wrong result.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aLackOfThreadsIsSurvivedOrEndsTheProcess() throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (DaemonProcess daemon = start("-Dunused=")) {
      int port = daemon.port();
      clients.addAll(openServedConnections(port, FEW));
      limitAddressSpace(daemon);
      boolean survived = survives(daemon, port, clients);
      if (!survived) {
        assertEndsWithThree(daemon, "unable to create native thread");
      }
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  private static boolean survives(DaemonProcess daemon, int port, List<Socket> clients)
      throws Exception {
    try {
      for (int i = 0; i < 4 * FEW; i++) {
        Socket client = ask(port, "GET /health");
        clients.add(client);
        client.getOutputStream().write("\r\n".getBytes(US_ASCII));
      }
      for (Socket client : clients.subList(0, FEW)) {
        client.getOutputStream()
            .write(
                ("GET /io HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .getBytes(US_ASCII));
      }
      if (!daemon.process().isAlive()) {
        return false;
      }
      limit(daemon, "unlimited");
      clients.addAll(openServedConnections(port, FEW));
      return true;
    } catch (IOException e) { // the daemon has ended, or could not serve this one connection
      TestDaemon.await("its end, or an answer", () -> !daemon.process().isAlive() || answers(port));
      return daemon.process().isAlive();
    }
  }

  private static boolean answers(int port) {
    try (Socket client = ask(port, "GET /health")) {
      client.getOutputStream().write("\r\n".getBytes(US_ASCII));
      return status(client) == 200;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void exhaustedDirectMemoryEndsTheProcess() throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (DaemonProcess daemon = start("-XX:MaxDirectMemorySize=3m")) {
      int port = daemon.port();
      try {
        for (int i = 0; i < MANY; i++) {
          Socket client = ask(port, "POST /write/k");
          clients.add(client);
          client.getOutputStream()
              .write(
                  "X-Path-Base64: Zg==\r\nContent-Length: 900000\r\n\r\nsome".getBytes(US_ASCII));
        }
      } catch (IOException e) {
        assertThat(clients).isNotEmpty();
      }
      assertEndsWithThree(daemon, "The daemon cannot continue: ");
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }
}

package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile clients against the distribution: others are still served, and memory stays bounded. */
@EnabledOnOs(OS.LINUX)
class AbuseIT {
  private static final String TOKEN = "t";
  private static final String HEAD = "HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: t\r\n";
  private static final String HEALTH = "GET /health " + HEAD + "\r\n";
  private static final int MANY = 1000;
  private static final int CLIENTS = 100;
  private static final int UNAUTHENTICATED = 200;
  private static final long GIB = 1L << 30;

  @TempDir
  Path folder;

  private interface Abuse {
    /** Opens hostile connections and adds them to the list. */
    void begin(int port, List<RawClient> clients, HealthMonitor health) throws Exception;
  }

  private void assertSurvives(String name, Abuse abuse) throws Exception {
    try (DaemonProcess daemon =
        DaemonProcess.start(Map.of(), "--token", TOKEN, "--root", "k=" + folder)) {
      int port = daemon.port();
      List<RawClient> clients = new ArrayList<>();
      try (HealthMonitor health = new HealthMonitor(name, daemon, port)) {
        try {
          abuse.begin(port, clients, health);
          health.awaitAnswer();
        } finally {
          for (RawClient client : clients) {
            client.close();
          }
        }
        health.assertRecovered();
      }
    }
  }

  private static void open(int port, int count, List<RawClient> clients, String sent)
      throws IOException {
    for (int i = 0; i < count; i++) {
      RawClient client = new RawClient(port);
      clients.add(client);
      client.send(sent);
    }
  }

  private void bigFile() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve("big").toFile(), "rw")) {
      file.setLength(GIB);
    }
  }

  @Test
  void idleConnectionsAndUnauthenticatedWebSockets() throws Exception {
    assertSurvives(
        "1000 idle connections and 200 unauthenticated clients",
        (port, clients, health) -> {
          open(port, MANY / 2, clients, "");
          open(port, MANY / 2, clients, "GET /health " + HEAD + "\r\n");
          for (RawClient client : clients.subList(MANY / 2, MANY)) {
            assertThat(client.status()).isEqualTo(200);
          }
          List<RawClient> unauthenticatedClients = new ArrayList<>();
          for (int i = 0; i < UNAUTHENTICATED; i++) {
            RawClient client = new RawClient(port);
            clients.add(client);
            unauthenticatedClients.add(client);
            client.upgrade(null);
          }
          health.awaitAnswer();
          for (RawClient unauthenticated : unauthenticatedClients) {
            unauthenticated.awaitEnd(); // the daemon does not wait for AUTH for ever
          }
        });
  }

  @Test
  void endlessHeadsAndBodies() throws Exception {
    assertSurvives(
        "slow heads and bodies",
        (port, clients, health) -> {
          open(port, CLIENTS, clients, "GET /hea");
          open(port, CLIENTS, clients,
              "POST /hash/sha1 " + HEAD + "Content-Length: 67108864\r\n\r\nx");
          open(port, CLIENTS, clients,
              "POST /hash/sha1 " + HEAD + "Transfer-Encoding: chunked\r\n\r\nffffff");
          open(port, CLIENTS, clients,
              "POST /files/open " + HEAD + "Content-Length: 16000000\r\n\r\n{");
          for (byte drop : "lth HTTP/1.1\r\nHost: localh".getBytes(StandardCharsets.US_ASCII)) {
            for (RawClient client : clients.subList(0, CLIENTS)) {
              client.trySend(new byte[] {drop});
            }
            health.awaitAnswer();
          }
          for (RawClient client : clients.subList(0, CLIENTS)) {
            assertThat(client.status()).isEqualTo(408);
          }
        });
  }

  @Test
  void hugeHeads() throws Exception {
    String giant = "x".repeat(1 << 20);
    assertSurvives(
        "header bombs",
        (port, clients, health) -> {
          List<String> bombs =
              List.of(
                  giant, "GET /" + giant, "GET /health " + giant,
                  "GET /health HTTP/1.1\r\nX: " + giant,
                  "GET /health HTTP/1.1\r\n" + giant,
                  "GET /health HTTP/1.1\r\n" + "X: y\r\n".repeat(1 << 17),
                  "GET /health HTTP/1.1\r\n" + (":".repeat(50) + "\r\n").repeat(1 << 14),
                  "\r\n".repeat(1 << 19),
                  "\0".repeat(1 << 20));
          for (int round = 0; round < 10; round++) {
            for (String bomb : bombs) {
              RawClient client = new RawClient(port);
              clients.add(client);
              client.trySend(bomb.getBytes(StandardCharsets.US_ASCII));
            }
          }
          for (RawClient client : clients) {
            client.awaitEnd();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"/read/k", "/hash/pieces"})
  void clientsThatDoNotReadTheirAnswer(String route) throws Exception {
    bigFile();
    String body =
        "{\"algorithm\":\"sha1\",\"pieceLength\":16384,\"files\":[{\"root_key\":\"k\",\"path\":\"big\",\"length\":"
            + GIB + "}]}";
    String request =
        route.startsWith("/read")
            ? "GET " + route + " " + HEAD + "X-Path-Base64: "
                + Base64.getEncoder().encodeToString("big".getBytes(StandardCharsets.US_ASCII))
                + "\r\n\r\n"
            : "POST " + route + " " + HEAD + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    assertSurvives(
        "clients that do not read " + route,
        (port, clients, health) -> {
          open(port, CLIENTS, clients, request);
          List<Integer> statuses = new ArrayList<>();
          for (RawClient client : clients) {
            statuses.add(client.status());
          }
          assertThat(statuses).contains(200);
          assertThat(statuses).as("busy while many answers are being sent")
              .allMatch(status -> status == 200 || status == 503);
          health.awaitAnswer();
        });
  }

  @Test
  void webSocketsThatDoNotRead() throws Exception {
    byte[] data = new byte[64 << 10];
    assertSurvives(
        "WebSockets that do not read",
        (port, clients, health) -> {
          try (ServerSocket server =
              new ServerSocket(0, 1024, InetAddress.getLoopbackAddress())) {
            List<Socket> peers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
              RawClient client = RawClient.webSocket(port, TOKEN);
              clients.add(client);
              ByteBuffer connect =
                  FrameWriter.write(
                      new ClientFrame.TcpConnect(1, 1, server.getLocalPort(), "127.0.0.1"), 0);
              byte[] bytes = new byte[connect.remaining()];
              connect.get(bytes);
              client.send(RawClient.frame(RawClient.FIN | RawClient.BINARY, bytes.length, bytes));
              Socket peer = server.accept();
              peers.add(peer);
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try {
                          while (true) {
                            peer.getOutputStream().write(data);
                          }
                        } catch (IOException e) {
                          // The test has ended.
                        }
                      });
            }
            health.awaitAnswer();
            health.awaitAnswer();
            for (Socket peer : peers) {
              peer.close();
            }
          }
        });
  }

  /** PROTOCOL.md § 4.11 for the daemon's own port. */
  @Test
  void connectionsThatUseUpAllDescriptors() throws Exception {
    int limit = 256;
    List<String> command =
        List.of(
            "sh", "-c", "ulimit -n " + limit + " && exec \"$0\" --token " + TOKEN,
            DaemonProcess.script().toString());
    try (DaemonProcess daemon = DaemonProcess.run(command)) {
      int port = daemon.port();
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < limit + CLIENTS; i++) {
        RawClient client = new RawClient(port);
        clients.add(client);
        client.trySend(HEALTH.getBytes(StandardCharsets.US_ASCII)); // one whose token has not come may be closed
      }
      TestDaemon.await(
          "the daemon to run out", () -> log(daemon).contains("Accepting pauses"));
      for (RawClient client : clients) {
        client.close();
      }
      TestDaemon.await("clients to be served again", () -> isServed(port));
      try (WireClient session = new WireClient(HttpClient.newHttpClient(), port, TOKEN);
          ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
        session.send(new ClientFrame.TcpConnect(1, 1, server.getLocalPort(), "127.0.0.1"));
        assertThat(session.expect(DaemonFrame.TcpConnected.class).errno()).isZero();
      }
      assertThat(daemon.process().isAlive()).isTrue();
    }
  }

  private static boolean isServed(int port) {
    try (RawClient client = new RawClient(port)) {
      return client.send(HEALTH).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static String log(DaemonProcess daemon) {
    try {
      return daemon.stderr();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

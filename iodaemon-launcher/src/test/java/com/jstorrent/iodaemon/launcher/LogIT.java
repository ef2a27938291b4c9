package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.testkit.Peer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log contains no secrets, even at level trace and after failures of all kinds. */
class LogIT {
  private static final String TOKEN = "token-that-must-not-be-logged";
  private static final String GUESS = "guess-that-must-not-be-logged";
  private static final String PAYLOAD = "payload-that-must-not-be-logged";

  @TempDir
  Path folder;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private int ask(int port, String token, String target, String path, String body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
            .header("X-JST-Auth", token)
            .header("X-Path-Base64", Base64.getEncoder().encodeToString(path.getBytes(UTF_8)))
            .method(body.isEmpty() ? "GET" : "POST", BodyPublishers.ofString(body))
            .build();
    return http.send(request, BodyHandlers.discarding()).statusCode();
  }

  @Test
  void theLogFileHasTheReasonOfAFailedStart(@TempDir Path logs) throws Exception {
    Path log = logs.resolve("log");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        DaemonProcess daemon =
            DaemonProcess.start(
                Map.of(),
                "--token", "secret", "--port", Integer.toString(taken.getLocalPort()), "--log-file",
                log.toString(), "--log-format", "json")) {
      assertThat(daemon.awaitExit()).isEqualTo(1);
      assertThat(daemon.stderr()).contains("cannot be used").startsWith("{");
    }
    assertThat(log).content()
        .contains("The daemon cannot continue", "cannot be used")
        .startsWith("{");
  }

  @Test
  void theLogContainsNoTokenNoPathAboveARootAndNoPayload() throws Exception {
    Path root =
        Files.createDirectories(folder.resolve("place-that-must-not-be-logged").resolve("root"));
    Path profile = folder.resolve("jstorrent-native").resolve("rpc-info.json");
    Files.createDirectories(profile.getParent());
    Files.writeString(profile, "{\"profiles\":[{\"token\":\"" + TOKEN + "\"");
    Path log = folder.resolve("log");
    try (DaemonProcess daemon =
        DaemonProcess.start(
            Map.of("JSTORRENT_CONFIG_DIR", folder.toString()), "--token", TOKEN, "--root",
            "k=" + root, "--install-id", "i", "--log-file", log.toString(), "--log-level",
            "trace")) {
      int port = daemon.port();
      files(port, root);
      sockets(port);
      daemon.terminate();
      assertThat(daemon.awaitExit()).isZero();
      for (String text : new String[] {Files.readString(log), daemon.stderr()}) {
        assertThat(text)
            .contains("Session 1 has ended after", "a wrong token", "rpc-info.json is broken")
            .doesNotContain(TOKEN, GUESS, PAYLOAD, folder.toString(), root.getParent().toString());
      }
    }
  }

  private void files(int port, Path root) throws Exception {
    assertThat(ask(port, TOKEN, "/write/k", "file", PAYLOAD)).isEqualTo(200);
    assertThat(ask(port, TOKEN, "/read/k", "file", "")).isEqualTo(200);
    assertThat(ask(port, TOKEN, "/read/k", "missing", "")).isEqualTo(404);
    assertThat(ask(port, TOKEN, "/read/k", "../file", "")).isEqualTo(400);
    assertThat(ask(port, TOKEN, "/read/other", "file", "")).isEqualTo(403);
    assertThat(ask(port, TOKEN, "/api/read-rpc-info-from-disk", "", "{}")).isEqualTo(500);
    assertThat(ask(port, GUESS, "/stats", "", "")).isEqualTo(401);
    Files.createSymbolicLink(root.resolve("link"), root.getParent());
    assertThat(ask(port, TOKEN, "/read/k", "link/x", "")).isEqualTo(403);
    Files.delete(root.resolve("file"));
    Files.delete(root.resolve("link"));
    Files.delete(root);
    assertThat(ask(port, TOKEN, "/write/k", "file", PAYLOAD)).isBetween(400, 599);
    try (Socket broken = new Socket("127.0.0.1", port)) {
      broken.getOutputStream().write((PAYLOAD + "\0\r\n\r\n").getBytes(UTF_8));
      broken.getInputStream().readAllBytes();
    }
  }

  private void sockets(int port) throws Exception {
    try (Peer peer = Peer.open();
        WireClient client = new WireClient(http, port, TOKEN)) {
      client.send(new ClientFrame.TcpConnect(1, 1, peer.port(), "127.0.0.1"));
      client.expect(DaemonFrame.TcpConnected.class);
      try (Socket accepted = peer.accept()) {
        byte[] data = PAYLOAD.getBytes(UTF_8);
        client.send(new ClientFrame.TcpSend(0, 1, ByteBuffer.wrap(data)));
        assertThat(accepted.getInputStream().readNBytes(data.length)).isEqualTo(data);
        accepted.getOutputStream().write(data);
        client.expect(DaemonFrame.TcpRecv.class);
      }
      client.expect(DaemonFrame.TcpClosed.class);
      client.send(new ClientFrame.TcpSend(0, 7, ByteBuffer.wrap(PAYLOAD.getBytes(UTF_8))));
      client.send(new ClientFrame.UdpBind(2, 2, 0, ""));
      client.expect(DaemonFrame.UdpBound.class);
      client.send(
          new ClientFrame.UdpSend(0, 2, 9, "256.1", ByteBuffer.wrap(PAYLOAD.getBytes(UTF_8))));
      client.send(new ClientFrame.TcpConnect(3, 3, 1, "256.1"));
      client.expect(DaemonFrame.TcpConnected.class);
      client.close(1000);
    }
    refused(port);
  }

  private static void refused(int port) throws Exception {
    try (RawClient guesser = RawClient.webSocket(port, null)) {
      for (ClientFrame frame : List.of(
          new ClientFrame.ClientHello(1, ""), new ClientFrame.Auth(2, 0, GUESS + "\0e\0i"))) {
        byte[] bytes = FrameWriter.write(frame, 0).array();
        guesser.send(RawClient.frame(RawClient.FIN | RawClient.BINARY, bytes.length, bytes));
      }
      assertThat(guesser.closeCode()).isEqualTo(1008);
    }
  }
}

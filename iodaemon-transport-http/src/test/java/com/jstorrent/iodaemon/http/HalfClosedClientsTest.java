package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.Program;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.transport.kernel.KernelSockets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that has ended its side waits for its answer (RFC 9112 § 9.6); one that is gone does not. */
class HalfClosedClientsTest {
  private static final int MIB = 1 << 20;
  private static final byte[] CONTENT = Peer.bytes(1, 3 * MIB);

  /** Several times as long as a daemon needs to say that it takes the client for gone. */
  private static final Duration CHECKS = Duration.ofSeconds(1);

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;
  private TestClient session;
  private String fileId;

  @BeforeEach
  void start() throws Exception {
    Assumptions.assumeTrue(
        KernelSockets.areKnown(),
        "SKIPPED, LOUDLY: this system does not tell whether a client is still there.");
    session = daemon.session("player");
    Files.write(folder.resolve("film.mp4"), CONTENT);
    fileId = daemon.openFor("player", "film.mp4", "r");
  }

  @AfterEach
  void stop() {
    if (session != null) {
      session.close();
    }
  }

  private RawHttp player(String target, String fields) throws Exception {
    return daemon.raw()
        .send(
            "GET " + target + " HTTP/1.1\nHost: localhost\n" + fields
                + "Range: bytes=0-1048585\n\n");
  }

  private RawHttp player() throws Exception {
    return player("/stream/" + fileId, "X-JST-Auth: tok\n");
  }

  private int blocked() throws Exception {
    int request = session.expect(DaemonFrame.RangeRequest.class).requestId();
    session.send(new ClientFrame.RangeBlock(request));
    return request;
  }

  private void assertStillWaitedFor() throws Exception {
    assertThat(session.poll(CHECKS)).as("a RANGE_CANCEL").isNull();
  }

  private void readAll(RawHttp player, int request) throws Exception {
    session.send(new ClientFrame.RangeReady(request));
    assertThat(player.answer(false).status()).isEqualTo(206);
    assertThat(player.read(MIB)).isEqualTo(Arrays.copyOf(CONTENT, MIB));
    int next = blocked();
    assertStillWaitedFor();
    session.send(new ClientFrame.RangeReady(next));
    assertThat(player.read(10)).isEqualTo(Arrays.copyOfRange(CONTENT, MIB, MIB + 10));
    assertThat(player.ended()).isTrue();
  }

  @Test
  void aPlayerThatEndsItsSideGetsItsStreamHoweverLongItWaits() throws Exception {
    try (RawHttp player = player()) {
      player.finish();
      int request = blocked();
      assertStillWaitedFor();
      readAll(player, request);
    }
  }

  @Test
  void soDoesOneThatEndsItWhileItWaits() throws Exception {
    try (RawHttp player = player()) {
      int request = blocked();
      player.finish();
      assertStillWaitedFor();
      readAll(player, request);
    }
  }

  @Test
  void soDoesOneWithATicket() throws Exception {
    String url =
        (String) Answers.object(
            daemon.json("/stream/ticket", Json.write(Map.of("fileId", fileId))))
            .get("url");
    try (RawHttp player = player(url, "")) {
      player.finish();
      int request = blocked();
      assertStillWaitedFor();
      readAll(player, request);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneThatHasGoneIsNoticed(boolean endsItsSideFirst) throws Exception {
    int request;
    try (RawHttp player = player()) {
      if (endsItsSideFirst) {
        player.finish();
      }
      request = blocked();
      if (endsItsSideFirst) {
        assertStillWaitedFor();
      }
    }
    assertThat(session.expect(DaemonFrame.RangeCancel.class).requestId()).isEqualTo(request);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void soIsOneThatGoesInTheMiddleOfItsStream(boolean endsItsSideFirst) throws Exception {
    int next;
    try (RawHttp player = player()) {
      if (endsItsSideFirst) {
        player.finish();
      }
      session.send(
          new ClientFrame.RangeAvailable(
              session.expect(DaemonFrame.RangeRequest.class).requestId()));
      assertThat(player.answer(false).status()).isEqualTo(206);
      assertThat(player.read(MIB)).hasSize(MIB);
      next = blocked();
      if (endsItsSideFirst) {
        assertStillWaitedFor();
      }
    }
    assertThat(session.expect(DaemonFrame.RangeCancel.class).requestId()).isEqualTo(next);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void soIsOneThatResetsItsConnection(boolean endsItsSideFirst) throws Exception {
    int request;
    try (RawHttp player = player()) {
      if (endsItsSideFirst) {
        player.finish();
      }
      request = blocked();
      player.resetWhenClosed();
    }
    assertThat(session.expect(DaemonFrame.RangeCancel.class).requestId()).isEqualTo(request);
  }

  @Test
  void everyRequestThatCameBeforeTheEndIsAnswered() throws Exception {
    Files.write(folder.resolve("big"), Peer.bytes(2, 40 * MIB));
    String big = daemon.open("big", "r");
    String head = " HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n";
    try (RawHttp client = daemon.raw()) {
      client.send(
          "GET /health" + head + "\n" + HttpDaemon.writeHead("new") + "Content-Length: 3\n\nabc"
              + "GET /stream/" + big + head + "\nGET /health" + head + "\n");
      client.finish();
      assertThat(client.answer().body()).isEqualTo("ok");
      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(client.answer(false).status()).isEqualTo(200);
      assertThat(Arrays.equals(client.read(40 * MIB), Peer.bytes(2, 40 * MIB))).isTrue();
      assertThat(client.answer().body()).isEqualTo("ok");
      assertThat(client.ended()).isTrue();
    }
    assertThat(folder.resolve("new")).hasContent("abc");
  }

  @Test
  void netcatGetsItsStream() throws Exception {
    Program.assumeThere("nc", "-h");
    Path request = folder.resolve("request");
    Files.writeString(
        request,
        "GET /stream/" + fileId
            + " HTTP/1.0\r\nX-JST-Auth: tok\r\nHost: localhost\r\nRange: bytes=0-9\r\n\r\n");
    Path answer = folder.resolve("answer");
    try (Program nc =
        Program.start(
            "sh", "-c",
            "nc -N 127.0.0.1 " + daemon.port() + " < " + request + " > " + answer)) {
      int wanted = blocked();
      assertStillWaitedFor();
      session.send(new ClientFrame.RangeReady(wanted));
      nc.awaitExit();
    }
    byte[] got = Files.readAllBytes(answer);
    assertThat(new String(got, StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 206 ");
    assertThat(Arrays.copyOfRange(got, got.length - 10, got.length))
        .isEqualTo(Arrays.copyOf(CONTENT, 10));
  }
}

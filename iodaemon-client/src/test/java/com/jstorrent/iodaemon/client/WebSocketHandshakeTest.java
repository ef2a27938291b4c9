package com.jstorrent.iodaemon.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's side of the upgrade, against answers that do not upgrade. */
@Timeout(600)
class WebSocketHandshakeTest {
  private final WebSocketPeer peer;

  WebSocketHandshakeTest() throws IOException {
    peer = new WebSocketPeer();
  }

  @AfterEach
  void stop() throws IOException {
    peer.close();
  }

  private FutureTask<FrameLink> connect(String token, Duration timeout) {
    FutureTask<FrameLink> task =
        new FutureTask<>(() -> new WebSocketConnector(peer.address(), token).connect(timeout));
    Thread.ofVirtual().start(task);
    return task;
  }

  private FutureTask<FrameLink> answeredWith(String answer) throws IOException {
    FutureTask<FrameLink> connecting = connect("token", Duration.ZERO);
    peer.accept();
    peer.write(answer.replace("|", "\r\n").getBytes(ISO_8859_1));
    return connecting;
  }

  @Test
  void aTokenThatIsRefusedIsReportedAsSuch() throws Exception {
    assertThatThrownBy(answeredWith("HTTP/1.1 401 Unauthorized|Content-Length: 0||")::get)
        .hasCauseInstanceOf(AuthenticationException.class);
  }

  @ParameterizedTest
  @CsvSource({
      "HTTP/1.1 503 Service Unavailable||, It answers the upgrade with 503.",
      "HTTP/1.1 200 OK||,                  It answers the upgrade with 200.",
      "SSH-2.0-OpenSSH_9|,                 The answer is not HTTP/1.1.",
      "HTTP/1.1 101 Yes||,                 'The answer to the upgrade has a missing or wrong Sec-WebSocket-Accept.'",
      "HTTP/1.1 101 Yes|Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=||, "
          + "'The answer to the upgrade has a missing or wrong Sec-WebSocket-Accept.'",
  })
  void anotherAnswerIsNoConnection(String answer, String why) throws Exception {
    assertThatThrownBy(answeredWith(answer)::get)
        .cause()
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("The client could not connect to the daemon: " + why);
  }

  @Test
  void anAnswerWithoutEndIsNotReadForEver() throws Exception {
    FutureTask<FrameLink> connecting = answeredWith("HTTP/1.1 101 Yes|");
    try {
      for (int i = 0; i < 200; i++) {
        peer.write("x: y\r\n".getBytes(ISO_8859_1));
      }
    } catch (IOException e) {
      // The client has had enough.
    }
    assertThatThrownBy(connecting::get).hasCauseInstanceOf(IOException.class);
  }

  @Test
  void aServerThatIsSilentIsNotWaitedForForEver() {
    assertThatThrownBy(connect("token", Duration.ofMillis(50))::get)
        .cause()
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage("Connecting to the daemon took too long.");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptEndsConnecting(boolean virtual) throws Exception {
    FutureTask<FrameLink> connecting =
        new FutureTask<>(
            () -> new WebSocketConnector(peer.address(), "token").connect(Duration.ZERO));
    Thread thread =
        (virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon()).start(connecting);
    peer.accept();
    thread.interrupt();
    assertThatThrownBy(connecting::get).hasCauseInstanceOf(InterruptedException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"with a blank", "line\nbreak", "snowman \u2603", ""})
  void aTokenThatNoHeaderCanCarryIsNotSentInOne(String token) throws Exception {
    FutureTask<FrameLink> connecting = connect(token, Duration.ZERO);
    peer.upgrade();
    connecting.get().abort();
    if (token.isEmpty()) {
      assertThat(peer.request()).contains("X-JST-Auth: \n");
    } else {
      assertThat(peer.request()).doesNotContain("X-JST-Auth");
    }
  }

  @ParameterizedTest
  @CsvSource({
      "ws://127.0.0.1:80,            ws://127.0.0.1:80/io",
      "http://localhost:80/,         ws://localhost:80/io",
      "WS://[::1]:80/io,             ws://[::1]:80/io",
      "HTTP://LocalHost:80/a%20b?q=1, ws://LocalHost:80/a%20b?q=1",
  })
  void anAddressMayBeShort(URI given, URI address) {
    assertThat(WebSocketConnector.address(given)).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "ws://example.org:80/io", "ws://127.0.0.1/io", "wss://127.0.0.1:80/io", "/io",
          "mailto:a@b",
          "ws://10.0.0.1:80/io", "ws://a:b@127.0.0.1:80/io"
      })
  void theTokenGoesToThisMachineOnly(URI address) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IoClient.connect(address, "token"))
        .withMessage("The daemon's address must look like ws://127.0.0.1:port/io.");
  }

  @Test
  void nobodyAtThePortIsNoConnection() throws Exception {
    URI address = peer.address();
    peer.close();
    assertThatThrownBy(
        () -> new WebSocketConnector(address, "token").connect(Duration.ofMinutes(5)))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageStartingWith("The client could not connect to the daemon: ");
  }
}

package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.event.SessionInfo;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 3, "Handshake". */
class HandshakeTest {
  private final ManualClock clock = new ManualClock(); // a slow machine must not reach a deadline
  private TestDaemon daemon;
  private TestClient client;

  @BeforeEach
  void start() throws Exception {
    daemon = TestDaemon.start(IoDaemon.builder().clock(clock));
    client = daemon.unauthenticatedClient();
  }

  @AfterEach
  void stop() {
    client.close();
    daemon.close();
  }

  @Test
  void emptyHelloThenAuthOpensTheSession() throws Exception {
    client.send(new ClientFrame.ClientHello(11, ""));
    assertThat(client.next()).isEqualTo(new DaemonFrame.ServerHello(11, ""));
    client.send(new ClientFrame.Auth(12, 0, TestDaemon.TOKEN));
    assertThat(client.next()).isEqualTo(new DaemonFrame.AuthResult(12, 0, ""));
  }

  /** It may name the session in a request as soon as it has AUTH_RESULT. */
  @Test
  void theSessionIsOpenBeforeTheClientHearsThatItIsAccepted() throws Exception {
    AtomicReference<TestClient> waiting = new AtomicReference<>();
    List<@Nullable DaemonFrame> heard = new ArrayList<>();
    DaemonListener listener =
        new DaemonListener() {
          @Override
          public void onSessionOpened(SessionInfo session) {
            try {
              heard.add(waiting.get().poll(Duration.ofMillis(50)));
            } catch (IOException | InterruptedException e) {
              throw new AssertionError(e);
            }
          }
        };
    try (TestDaemon other = TestDaemon.start(IoDaemon.builder().listener(listener));
        TestClient early = other.unauthenticatedClient()) {
      waiting.set(early);
      early.send(new ClientFrame.ClientHello(1, ""));
      early.expect(DaemonFrame.ServerHello.class);
      early.send(new ClientFrame.Auth(2, 0, TestDaemon.TOKEN));
      assertThat(early.next()).isEqualTo(new DaemonFrame.AuthResult(2, 0, ""));
      assertThat(heard).hasSize(1).containsOnlyNulls();
    }
  }

  @Test
  void aWrongTokenIsAnsweredAndTheConnectionEnds() throws Exception {
    client.send(new ClientFrame.ClientHello(1, ""));
    client.expect(DaemonFrame.ServerHello.class);
    client.send(new ClientFrame.Auth(2, 1, "wrong"));
    clock.advance(Limits.DEFAULT.failureDelay());
    assertThat(client.expect(DaemonFrame.AuthResult.class).status()).isEqualTo(1);
    assertThat(client.awaitEnd()).isEqualTo(CloseReason.POLICY_VIOLATION);
    assertThat(daemon.stats().get(Counter.AUTH_FAILURES)).isEqualTo(1);
  }

  @Test
  void authBeforeHelloIsAnErrorAndTheConnectionEnds() throws Exception {
    client.send(new ClientFrame.Auth(5, 1, TestDaemon.TOKEN));
    assertThat(client.expect(DaemonFrame.Error.class).requestId()).isEqualTo(5);
    assertThat(client.awaitEnd()).isEqualTo(CloseReason.POLICY_VIOLATION);
  }

  @Test
  void otherFramesBeforeAuthenticationAreRefusedAndDoNothing() throws Exception {
    client.send(new ClientFrame.ClientHello(1, ""));
    client.expect(DaemonFrame.ServerHello.class);
    client.send(new ClientFrame.TcpListen(6, 1, 0, "127.0.0.1"));
    assertThat(client.expect(DaemonFrame.Error.class).requestId()).isEqualTo(6);
    client.awaitEnd();
    assertThat(daemon.stats().get(Counter.TCP_SERVERS)).isZero();
  }

  @Test
  void aWrongVersionIsAnErrorAndTheConnectionEnds() throws Exception {
    ByteBuffer hello = FrameWriter.write(new ClientFrame.ClientHello(7, ""), 0);
    client.send(hello.put(0, (byte) 2));
    assertThat(client.next())
        .isEqualTo(new DaemonFrame.Error(7, "Frame version 2 is not supported."));
    client.awaitEnd();
  }

  @Test
  void aHandshakeOfMoreThanFourKibIsRefused() throws Exception {
    client.send(new ClientFrame.ClientHello(1, " ".repeat(Limits.HANDSHAKE_BYTES)));
    client.expect(DaemonFrame.Error.class);
    assertThat(client.awaitEnd()).isEqualTo(CloseReason.TOO_BIG);
  }

  @Test
  void aHandshakeThatIsTooSlowIsAnErrorAndTheConnectionEnds() throws Exception {
    clock.advance(Limits.DEFAULT.handshakeTimeout());
    assertThat(client.expect(DaemonFrame.Error.class).message())
        .isEqualTo("The handshake took too long.");
    assertThat(client.awaitEnd()).isEqualTo(CloseReason.POLICY_VIOLATION);
  }

  @Test
  void malformedFramesAfterTheHandshakeAreAnsweredAndTheConnectionStaysOpen() throws Exception {
    client.authenticate(TestDaemon.TOKEN);
    byte[][] malformed = {{}, {1}, {1, 0x66, 0, 0, 9, 0, 0, 0}, {9, 0x10, 0, 0, 9, 0, 0, 0}};
    for (byte[] frame : malformed) {
      client.send(ByteBuffer.wrap(frame));
      assertThat(client.expect(DaemonFrame.Error.class).requestId())
          .isEqualTo(frame.length < FrameHeader.LENGTH ? 0 : 9);
    }
    client.send(new ClientFrame.ClientHello(10, ""));
    assertThat(client.next())
        .isEqualTo(new DaemonFrame.Error(10, "CLIENT_HELLO is not allowed now."));
    client.send(new ClientFrame.TcpListen(11, 1, 0, "127.0.0.1"));
    assertThat(client.expect(DaemonFrame.TcpListenResult.class).errno()).isZero();
  }
}

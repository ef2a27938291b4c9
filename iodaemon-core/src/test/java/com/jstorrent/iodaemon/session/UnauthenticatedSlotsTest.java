package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.ManualClock;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 2: what clients may do that have not shown the token. */
class UnauthenticatedSlotsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualClock clock = new ManualClock();
  private final List<TestClient> strangers = new ArrayList<>();
  private TestDaemon daemon;

  /** Takes every place. */
  private void crowd(Limits limits) throws Exception {
    daemon = start(limits);
    while (strangers.size() < Limits.UNAUTHENTICATED_CONNECTIONS) {
      assertThat(takesMore()).isTrue();
      strangers.add(daemon.stranger());
    }
    assertThat(takesMore()).isFalse();
  }

  private TestDaemon start(Limits limits) throws Exception {
    return TestDaemon.start(IoDaemon.builder().limits(limits).clock(clock));
  }

  private static Limits patient() {
    return Limits.builder().handshakeTimeout(HOUR).failureDelay(HOUR).build();
  }

  private boolean takesMore() {
    return daemon.services().sessions().acceptsUnauthenticated();
  }

  private void assertRefused(TestClient client) throws Exception {
    assertThat(client.expect(DaemonFrame.Error.class).message())
        .isEqualTo("Too many connections have not authenticated yet.");
    assertThat(client.awaitEnd()).isEqualTo(CloseReason.POLICY_VIOLATION);
  }

  @AfterEach
  void stop() {
    strangers.forEach(TestClient::close);
    daemon.close();
  }

  @Test
  void theSeventeenthIsRefusedAndWhatItSendsDoesNothing() throws Exception {
    crowd(patient());
    try (TestClient oneMore = daemon.stranger();
        TestClient control = daemon.controlStranger()) {
      assertRefused(oneMore);
      assertRefused(control);
    }
    daemon.awaitStat(Counter.WS_CONNECTIONS, Limits.UNAUTHENTICATED_CONNECTIONS);
    assertThat(takesMore()).as("those that were refused had no place to give back").isFalse();
  }

  @Test
  void whoShowsTheTokenGivesItsPlaceBackAndOnlyOnce() throws Exception {
    crowd(patient());
    TestClient owner = strangers.removeFirst();
    owner.authenticate(TestDaemon.TOKEN);
    assertThat(takesMore()).isTrue();
    strangers.add(daemon.stranger());
    assertThat(takesMore()).isFalse();
    owner.close();
    daemon.awaitStat(Counter.WS_CONNECTIONS, Limits.UNAUTHENTICATED_CONNECTIONS);
    assertThat(takesMore()).isFalse();
  }

  @Test
  void whoLeavesGivesItsPlaceBack() throws Exception {
    crowd(patient());
    strangers.removeFirst().vanish();
    TestDaemon.await("a place", this::takesMore);
    strangers.add(daemon.stranger());
    assertThat(takesMore()).isFalse();
  }

  @Test
  void whoIsTooLateGivesItsPlaceBack() throws Exception {
    crowd(Limits.builder().handshakeTimeout(Duration.ofSeconds(2)).build());
    clock.advance(Duration.ofSeconds(2).minusNanos(1));
    assertThat(takesMore()).isFalse();
    clock.advance(Duration.ofNanos(1));
    daemon.awaitStat(Counter.WS_CONNECTIONS, 0);
    strangers.clear();
    while (strangers.size() < Limits.UNAUTHENTICATED_CONNECTIONS) {
      TestDaemon.await("a place", this::takesMore);
      strangers.add(daemon.stranger());
    }
  }

  @Test
  void whoIsTrustedFromTheStartNeedsNoPlace() throws Exception {
    crowd(patient());
    try (TestClient trusted = daemon.trusted("name")) {
      trusted.send(new ClientFrame.TcpListen(11, 1, 0, "127.0.0.1"));
      assertThat(trusted.expect(DaemonFrame.TcpListenResult.class).errno()).isZero();
    }
    daemon.awaitStat(Counter.WS_CONNECTIONS, Limits.UNAUTHENTICATED_CONNECTIONS);
    assertThat(takesMore()).isFalse();
  }

  @Test
  void theFourthWrongTokenWaitsAndARightOneDoesNot() throws Exception {
    daemon = start(patient());
    for (int i = 0; i < Limits.FREE_FAILURES; i++) {
      try (TestClient wrong = guess()) {
        assertThat(wrong.expect(DaemonFrame.AuthResult.class).status()).isEqualTo(1);
        assertThat(wrong.awaitEnd()).isEqualTo(CloseReason.POLICY_VIOLATION);
      }
    }
    try (TestClient waiting = guess();
        TestClient right = daemon.client()) {
      right.send(new ClientFrame.TcpListen(11, 1, 0, "127.0.0.1"));
      assertThat(right.expect(DaemonFrame.TcpListenResult.class).errno()).isZero();
      clock.advance(HOUR.minusNanos(1));
      assertThat(waiting.isSilent()).isTrue();
      waiting.send(new ClientFrame.Auth(3, 1, TestDaemon.TOKEN));
      assertThat(waiting.isSilent()).as("there is no second try").isTrue();
      assertThat(daemon.stats().get(Counter.AUTH_FAILURES)).isEqualTo(4);
      clock.advance(Duration.ofNanos(1));
      assertThat(waiting.expect(DaemonFrame.AuthResult.class).status()).isEqualTo(1);
      assertThat(waiting.awaitEnd()).isEqualTo(CloseReason.POLICY_VIOLATION);
    }
  }

  @Test
  void whoLeavesBeforeTheAnswerDoesNotGuessFasterForIt() throws Exception {
    daemon = start(patient());
    for (int i = 0; i < Limits.FREE_FAILURES + Limits.UNAUTHENTICATED_CONNECTIONS; i++) {
      TestDaemon.await("a place", this::takesMore); // those of the first three come back
      guess().close();
    }
    daemon.awaitStat(Counter.WS_CONNECTIONS, 0);
    assertThat(takesMore()).isFalse();
  }

  @Test
  void whoLeavesBeforeTheAnswerLeavesNothingBehindWhenItsTimeIsOver() throws Exception {
    daemon = start(Limits.DEFAULT);
    int planned = clock.waiting();
    for (int i = 0; i < 3 * Limits.UNAUTHENTICATED_CONNECTIONS; i++) {
      TestDaemon.await("a place", this::takesMore);
      guess().close();
      clock.advance(Limits.DEFAULT.failureDelay());
    }
    daemon.awaitStat(Counter.WS_CONNECTIONS, 0);
    clock.advance(Limits.CLOSE_HANDSHAKE);
    assertThat(clock.waiting()).as("answers that nobody waits for").isEqualTo(planned);
    TestDaemon.await("places", this::takesMore);
  }

  private TestClient guess() throws Exception {
    TestClient client = daemon.stranger();
    client.send(new ClientFrame.ClientHello(1, ""));
    client.expect(DaemonFrame.ServerHello.class);
    client.send(new ClientFrame.Auth(2, 1, "wrong"));
    clock.advance(Duration.ZERO); // those that need not wait are answered
    return client;
  }
}

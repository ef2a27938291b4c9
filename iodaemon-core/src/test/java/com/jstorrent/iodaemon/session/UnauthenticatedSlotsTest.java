package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 2: limits for clients that have not authenticated. */
class UnauthenticatedSlotsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualClock clock = new ManualClock();
  private final List<TestClient> unauthenticated = new ArrayList<>();
  private TestDaemon daemon;

  /** Takes every slot. */
  private void fill(Limits limits) throws Exception {
    daemon = start(limits);
    while (unauthenticated.size() < Limits.UNAUTHENTICATED_CONNECTIONS) {
      assertThat(hasFreeSlot()).isTrue();
      unauthenticated.add(daemon.unauthenticatedClient());
    }
    assertThat(hasFreeSlot()).isFalse();
  }

  private TestDaemon start(Limits limits) throws Exception {
    return TestDaemon.start(IoDaemon.builder().limits(limits).clock(clock));
  }

  private static Limits slow() {
    return Limits.builder().handshakeTimeout(HOUR).failureDelay(HOUR).build();
  }

  private boolean hasFreeSlot() {
    return daemon.services().sessions().acceptsUnauthenticated();
  }

  private void assertRefused(TestClient client) throws Exception {
    assertThat(client.expect(DaemonFrame.Error.class).message())
        .isEqualTo("Too many connections have not authenticated yet.");
    assertThat(client.awaitEnd()).isEqualTo(CloseReason.POLICY_VIOLATION);
  }

  @AfterEach
  void stop() {
    unauthenticated.forEach(TestClient::close);
    daemon.close();
  }

  @Test
  void theSeventeenthIsRefusedAndWhatItSendsDoesNothing() throws Exception {
    fill(slow());
    try (TestClient oneMore = daemon.unauthenticatedClient();
        TestClient control = daemon.unauthenticatedControlClient()) {
      assertRefused(oneMore);
      assertRefused(control);
    }
    daemon.awaitStat(Counter.WS_CONNECTIONS, Limits.UNAUTHENTICATED_CONNECTIONS);
    assertThat(hasFreeSlot()).as("refused connections do not free a slot").isFalse();
  }

  @Test
  void authenticatingFreesTheSlotOnce() throws Exception {
    fill(slow());
    TestClient owner = unauthenticated.removeFirst();
    owner.authenticate(TestDaemon.TOKEN);
    assertThat(hasFreeSlot()).isTrue();
    unauthenticated.add(daemon.unauthenticatedClient());
    assertThat(hasFreeSlot()).isFalse();
    owner.close();
    daemon.awaitStat(Counter.WS_CONNECTIONS, Limits.UNAUTHENTICATED_CONNECTIONS);
    assertThat(hasFreeSlot()).isFalse();
  }

  @Test
  void disconnectingFreesTheSlot() throws Exception {
    fill(slow());
    unauthenticated.removeFirst().vanish();
    TestDaemon.await("a slot", this::hasFreeSlot);
    unauthenticated.add(daemon.unauthenticatedClient());
    assertThat(hasFreeSlot()).isFalse();
  }

  @Test
  void aHandshakeTimeoutFreesTheSlot() throws Exception {
    fill(Limits.builder().handshakeTimeout(Duration.ofSeconds(2)).build());
    clock.advance(Duration.ofSeconds(2).minusNanos(1));
    assertThat(hasFreeSlot()).isFalse();
    clock.advance(Duration.ofNanos(1));
    daemon.awaitStat(Counter.WS_CONNECTIONS, 0);
    unauthenticated.clear();
    while (unauthenticated.size() < Limits.UNAUTHENTICATED_CONNECTIONS) {
      TestDaemon.await("a slot", this::hasFreeSlot);
      unauthenticated.add(daemon.unauthenticatedClient());
    }
  }

  @Test
  void aTrustedClientNeedsNoSlot() throws Exception {
    fill(slow());
    try (TestClient trusted = daemon.trusted("name")) {
      trusted.send(new ClientFrame.TcpListen(11, 1, 0, "127.0.0.1"));
      assertThat(trusted.expect(DaemonFrame.TcpListenResult.class).errno()).isZero();
    }
    daemon.awaitStat(Counter.WS_CONNECTIONS, Limits.UNAUTHENTICATED_CONNECTIONS);
    assertThat(hasFreeSlot()).isFalse();
  }

  @Test
  void aTrustedClientNeverHasAHandshakeDeadline() throws Exception {
    List<Duration> delays = new CopyOnWriteArrayList<>();
    daemon = TestDaemon.start(IoDaemon.builder().limits(slow()).clock(recording(delays)));
    daemon.trusted("name").close();
    assertThat(delays).as("a clock that runs fast must not end it").doesNotContain(HOUR);
    daemon.unauthenticatedClient().close();
    assertThat(delays).contains(HOUR);
  }

  /** The test's clock, with the delay of every task scheduled on it added to a list. */
  private MonotonicClock recording(List<Duration> delays) {
    return new MonotonicClock() {
      @Override
      public long nanoTime() {
        return clock.nanoTime();
      }

      @Override
      public Scheduled schedule(Duration delay, Runnable task) {
        delays.add(delay);
        return clock.schedule(delay, task);
      }

      @Override
      public Scheduled scheduleWithFixedDelay(Duration pause, Runnable task) {
        return clock.scheduleWithFixedDelay(pause, task);
      }

      @Override
      public void park(long nanos) {
        clock.park(nanos);
      }

      @Override
      public void close() {
        clock.close();
      }
    };
  }

  @Test
  void theAnswerToTheFourthWrongTokenIsDelayedAndToTheRightOneIsNot() throws Exception {
    daemon = start(slow());
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
      assertThat(waiting.isSilent()).as("a second attempt on the connection is ignored").isTrue();
      assertThat(daemon.stats().get(Counter.AUTH_FAILURES)).isEqualTo(4);
      clock.advance(Duration.ofNanos(1));
      assertThat(waiting.expect(DaemonFrame.AuthResult.class).status()).isEqualTo(1);
      assertThat(waiting.awaitEnd()).isEqualTo(CloseReason.POLICY_VIOLATION);
    }
  }

  @Test
  void disconnectingBeforeTheAnswerDoesNotFreeTheSlotEarly() throws Exception {
    daemon = start(slow());
    for (int i = 0; i < Limits.FREE_FAILURES + Limits.UNAUTHENTICATED_CONNECTIONS; i++) {
      TestDaemon.await("a slot", this::hasFreeSlot); // those of the first three are freed
      guess().close();
    }
    daemon.awaitStat(Counter.WS_CONNECTIONS, 0);
    assertThat(hasFreeSlot()).isFalse();
  }

  @Test
  void disconnectingBeforeTheAnswerLeavesNothingBehindAfterTheDelay() throws Exception {
    daemon = start(Limits.DEFAULT);
    int planned = clock.waiting();
    for (int i = 0; i < 3 * Limits.UNAUTHENTICATED_CONNECTIONS; i++) {
      TestDaemon.await("a slot", this::hasFreeSlot);
      guess().close();
      clock.advance(Limits.DEFAULT.failureDelay());
    }
    daemon.awaitStat(Counter.WS_CONNECTIONS, 0);
    clock.advance(Limits.CLOSE_HANDSHAKE);
    assertThat(clock.waiting()).as("answers to clients that have gone").isEqualTo(planned);
    TestDaemon.await("slots", this::hasFreeSlot);
  }

  private TestClient guess() throws Exception {
    TestClient client = daemon.unauthenticatedClient();
    client.send(new ClientFrame.ClientHello(1, ""));
    client.expect(DaemonFrame.ServerHello.class);
    client.send(new ClientFrame.Auth(2, 1, "wrong"));
    clock.advance(Duration.ZERO); // answers without a delay are sent
    return client;
  }
}

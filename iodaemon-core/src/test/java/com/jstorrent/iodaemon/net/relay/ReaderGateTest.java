package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PROTOCOL.md § 4.6: a reader that waits for room, with a clock that the test advances. */
@Timeout(600)
class ReaderGateTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration INSTANT = Duration.ofNanos(1);

  /** How a wait has ended. */
  private record Outcome(boolean room, boolean interrupted) {}

  private final ManualClock clock = new ManualClock();
  private final ReaderGate gate = new ReaderGate(clock);
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private final AtomicInteger checks = new AtomicInteger();
  private final Thread reader = Thread.ofPlatform().daemon().unstarted(this::read);
  private volatile boolean room;

  private void read() {
    boolean found = gate.await(this::hasRoom, PATIENCE.toNanos());
    outcome.complete(new Outcome(found, Thread.interrupted()));
  }

  private boolean hasRoom() {
    checks.incrementAndGet();
    return room;
  }

  private void startAndAwaitParked() {
    reader.start();
    TestDaemon.await(
        "a reader that waits",
        () -> LockSupport.getBlocker(reader) == clock
            && reader.getState() == Thread.State.WAITING);
  }

  @AfterEach
  void release() throws Exception {
    gate.release();
    reader.join();
  }

  @Test
  void withRoomNoTimeIsNeeded() {
    room = true;
    assertThat(gate.await(this::hasRoom, 0)).isTrue();
  }

  @Test
  void aSignalLetsTheReaderLookAgain() throws Exception {
    startAndAwaitParked();
    room = true;
    gate.signal();
    assertThat(outcome.get()).isEqualTo(new Outcome(true, false));
  }

  @Test
  void aSignalWithoutRoomDoesNotEndTheWait() throws Exception {
    startAndAwaitParked();
    int before = checks.get();
    gate.signal();
    TestDaemon.await("another check", () -> checks.get() > before || outcome.isDone());
    assertThat(outcome).isNotDone();
    room = true;
    gate.signal();
    assertThat(outcome.get().room()).isTrue();
  }

  @Test
  void theWaitEndsWithItsTime() throws Exception {
    startAndAwaitParked();
    clock.advance(PATIENCE.minus(INSTANT));
    assertThat(outcome).isNotDone();
    clock.advance(INSTANT);
    assertThat(outcome.get()).isEqualTo(new Outcome(false, false));
  }

  @Test
  void aReleasedGateLetsTheReaderGoWithoutRoom() throws Exception {
    startAndAwaitParked();
    gate.release();
    assertThat(outcome.get().room()).isFalse();
    assertThat(gate.isReleased()).isTrue();
  }

  @Test
  void aGateThatIsResetHoldsTheNextReader() throws Exception {
    gate.release();
    gate.reset();
    assertThat(gate.isReleased()).isFalse();
    startAndAwaitParked();
    room = true;
    gate.signal();
    assertThat(outcome.get().room()).isTrue();
  }

  @Test
  void anInterruptIsKeptAndDoesNotEndTheWait() throws Exception {
    startAndAwaitParked();
    int before = checks.get();
    reader.interrupt();
    TestDaemon.await("another check", () -> checks.get() > before || outcome.isDone());
    assertThat(outcome).isNotDone();
    room = true;
    gate.signal();
    assertThat(outcome.get()).isEqualTo(new Outcome(true, true));
  }
}

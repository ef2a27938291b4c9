package com.jstorrent.iodaemon.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The banker's algorithm for bodies, with a clock that stands still unless the test moves it. */
class GrowthBudgetTest {
  private final ManualClock clock = new ManualClock();
  private final MemoryBudget daemon =
      new MemoryBudget(1 << 10, 1 << 10, new Stats(clock::nanoTime), clock);
  private final MemorySource source =
      new MemorySource(daemon, Share.COMMON, MemoryUse.BODIES);
  private final GrowthBudget budget = new GrowthBudget(10, source, clock);
  private final AtomicInteger gaveUp = new AtomicInteger();

  private GrowthBudget.Reservation body(long most) {
    return budget.open(new GrowthBudget.Claim(most, gaveUp::incrementAndGet));
  }

  private static CompletableFuture<Void> later(GrowthBudget.Reservation reservation, long bytes) {
    CompletableFuture<Void> grown = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                reservation.grow(bytes);
                grown.complete(null);
              } catch (OperationFailure | RuntimeException e) {
                grown.completeExceptionally(e);
              }
            });
    return grown;
  }

  private void awaitWaiting(int count) {
    TestDaemon.await(count + " wait", () -> budget.waiting() == count);
  }

  private static void assertBusy(CompletableFuture<Void> future) {
    assertThatThrownBy(future::get)
        .cause()
        .isInstanceOfSatisfying(
            OperationFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.EBUSY));
  }

  @Test
  void aBodyTakesWhatHasComeAndNotWhatIsDeclared() throws Exception {
    GrowthBudget.Reservation first = body(10);
    first.grow(1);
    GrowthBudget.Reservation second = body(9);
    second.grow(9);
    second.close();
    first.grow(9);
    first.close();
  }

  @Test
  void whatWouldLetAllWaitForEachOtherIsNotGiven() throws Exception {
    GrowthBudget.Reservation one = body(8);
    GrowthBudget.Reservation two = body(8);
    one.grow(4);
    two.grow(2);
    CompletableFuture<Void> third = later(two, 1); // 3 would be left, and each would need more
    awaitWaiting(1);
    one.grow(4);
    assertThat(third).isNotDone();
    one.close();
    third.get();
    two.grow(5);
    two.close();
  }

  @Test
  void aBodyThatCanEndPassesOneThatCannot() throws Exception {
    GrowthBudget.Reservation one = body(8);
    GrowthBudget.Reservation two = body(8);
    one.grow(4);
    two.grow(2);
    CompletableFuture<Void> third = later(two, 1);
    awaitWaiting(1);
    GrowthBudget.Reservation small = body(2);
    small.grow(2);
    small.close();
    assertThat(third).isNotDone();
    one.close();
    third.get();
  }

  @Test
  void plentyIsHalfOfTheRoom() throws Exception {
    GrowthBudget.Reservation one = body(10);
    assertThat(one.tryGrow(5)).isTrue();
    assertThat(one.tryGrow(1)).isFalse();
    one.grow(1);
    GrowthBudget.Reservation two = body(1);
    assertThat(two.tryGrow(1)).isFalse();
    one.close();
    assertThat(two.tryGrow(1)).isTrue();
  }

  @Test
  void aBodyThatWaitsInVainIsToldToComeAgain() throws Exception {
    GrowthBudget.Reservation all = body(10);
    all.grow(10);
    CompletableFuture<Void> late = later(body(1), 1);
    awaitWaiting(1);
    clock.advance(Limits.BODY_MEMORY_WAIT.minusNanos(1));
    assertThat(late).isNotDone();
    clock.advance(Duration.ofNanos(1));
    assertBusy(late);
    assertThat(budget.waiting()).isZero();
    assertThat(gaveUp).as("one that is not read holds no client").hasValue(0);
    all.close();
    body(10).grow(10);
  }

  @Test
  void oneThatComesSlowlyGivesWayToOneThatWaits() throws Exception {
    GrowthBudget.Reservation slow = body(10);
    slow.grow(10);
    slow.beginTransfer();
    GrowthBudget.Reservation next = body(1);
    CompletableFuture<Void> waiting = later(next, 1);
    awaitWaiting(1);
    clock.advance(Limits.BODY_IDLE.minusNanos(1));
    assertThat(slow.isRevoked()).isFalse();
    clock.advance(Duration.ofNanos(1));
    TestDaemon.await("the slow one is told", slow::isRevoked);
    assertThat(gaveUp).hasValue(1);
    slow.endTransfer();
    slow.close();
    waiting.get();
    next.close();
    body(10).grow(10);
  }

  @Test
  void oneThatGrowsDoesNot() throws Exception {
    GrowthBudget.Reservation steady = body(10);
    steady.grow(10);
    CompletableFuture<Void> waiting = later(body(1), 1);
    awaitWaiting(1);
    for (int i = 0; i < 4; i++) {
      steady.beginTransfer();
      clock.advance(Limits.BODY_IDLE.minusNanos(1));
      steady.endTransfer();
    }
    clock.advance(Duration.ofSeconds(1));
    assertBusy(waiting);
    assertThat(steady.isRevoked()).isFalse();
  }

  @Test
  void asManyGiveWayAsAreNeededAndTheLongestIdleOnesFirst() throws Exception {
    List<GrowthBudget.Reservation> slow = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      GrowthBudget.Reservation each = body(2);
      slow.add(each);
      each.grow(2);
      each.beginTransfer();
      clock.advance(Duration.ofNanos(1));
    }
    slow.getFirst().endTransfer(); // and so has just grown
    slow.getFirst().beginTransfer();
    GrowthBudget.Reservation next = body(3);
    CompletableFuture<Void> waiting = later(next, 1);
    awaitWaiting(1);
    clock.advance(Limits.BODY_IDLE);
    TestDaemon.await("two are told", () -> gaveUp.get() == 2);
    assertThat(slow.stream().map(GrowthBudget.Reservation::isRevoked))
        .containsExactly(false, true, true, false, false);
    slow.get(1).close();
    slow.get(2).close();
    waiting.get();
    next.grow(2);
    assertThat(gaveUp).hasValue(2);
  }

  @Test
  void aBodyWaitsForWhatOthersHoldOfTheDaemonsMemory() throws Exception {
    MemoryAccount others = daemon.open(Share.COMMON);
    others.take(MemoryUse.FRAMES, source.most());
    GrowthBudget.Reservation body = body(10);
    assertThat(body.tryGrow(1)).isFalse();
    CompletableFuture<Void> grown = later(body, 10);
    awaitWaiting(1);
    assertThat(grown).isNotDone();
    others.release(MemoryUse.FRAMES, 10);
    grown.get();
    assertThat(daemon.used()).isEqualTo(source.most());
    body.close();
    assertThat(daemon.used()).isEqualTo(source.most() - 10);
  }

  @Test
  void whatOthersLeaveIsGivenToBodiesThatCanEndWithIt() throws Exception {
    MemoryAccount others = daemon.open(Share.COMMON);
    GrowthBudget ample = new GrowthBudget(100, source, clock);
    GrowthBudget.Claim claim = new GrowthBudget.Claim(8, gaveUp::incrementAndGet);
    GrowthBudget.Reservation one = ample.open(claim);
    GrowthBudget.Reservation two = ample.open(claim);
    one.grow(2);
    two.grow(2);
    others.take(MemoryUse.FRAMES, source.most() - 4 - 6); // 6 are left, and each needs 6
    one.grow(1);
    CompletableFuture<Void> second = later(two, 1);
    TestDaemon.await("it waits", () -> ample.waiting() == 1);
    one.grow(5);
    assertThat(second).isNotDone();
    one.close();
    second.get();
  }

  @Test
  void aBodyThatDoesNotComeGivesWayToAnyClient() throws Exception {
    GrowthBudget ample = new GrowthBudget(source.most(), source, clock);
    GrowthBudget.Reservation slow =
        ample.open(new GrowthBudget.Claim(source.most(), gaveUp::incrementAndGet));
    slow.grow(source.most());
    slow.beginTransfer();
    MemoryAccount client = daemon.open(Share.FAIR);
    client.whenReleased(() -> {});
    clock.advance(Limits.MEMORY_PRESSURE.minusNanos(1));
    assertThat(slow.isRevoked()).isFalse();
    clock.advance(Duration.ofNanos(1));
    assertThat(slow.isRevoked()).isTrue();
    assertThat(gaveUp).hasValue(1);
  }

  @Test
  void whatCanNeverBeGivenIsRefusedAtOnce() {
    assertThatThrownBy(() -> body(11).grow(11))
        .isInstanceOfSatisfying(
            OperationFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.EFBIG));
  }

  /** Time stands still, so no wait ends: each must get its turn. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void bodiesThatGrowSideBySideAllComeToAnEnd(long seed) throws Exception {
    Random random = new Random(seed);
    GrowthBudget tight = new GrowthBudget(64, source, clock);
    AtomicLong inUse = new AtomicLong();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      long most = 1 + random.nextInt(random.nextBoolean() ? 64 : 4);
      CompletableFuture<Void> end = new CompletableFuture<>();
      all.add(end);
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  fill(tight, most, inUse);
                  end.complete(null);
                } catch (OperationFailure | RuntimeException | AssertionError e) {
                  end.completeExceptionally(e);
                }
              });
    }
    for (CompletableFuture<Void> each : all) {
      each.get();
    }
    assertThat(inUse).hasValue(0);
    tight.open(new GrowthBudget.Claim(64, gaveUp::incrementAndGet)).grow(64);
  }

  private static void fill(GrowthBudget budget, long most, AtomicLong inUse)
      throws OperationFailure {
    try (GrowthBudget.Reservation reservation =
        budget.open(new GrowthBudget.Claim(most, () -> {}))) {
      for (long i = 0; i < most; i++) {
        reservation.grow(1);
        assertThat(inUse.incrementAndGet()).isLessThanOrEqualTo(64);
        Thread.yield();
      }
      inUse.addAndGet(-most);
    }
  }
}

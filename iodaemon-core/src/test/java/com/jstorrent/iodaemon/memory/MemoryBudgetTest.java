package com.jstorrent.iodaemon.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private static final long MIB = 1 << 20;
  private static final long SEGMENT = Limits.SEGMENT_BYTES;

  private final ManualClock clock = new ManualClock();
  private final Stats stats = new Stats(clock::nanoTime);
  private final MemoryBudget budget = new MemoryBudget(80 * MIB, 20 * MIB, stats, clock);

  private static void takeAll(MemoryAccount account, MemoryUse use) {
    while (account.tryTake(use, SEGMENT)) {}
  }

  private MemoryAccount open() {
    return budget.open(Share.FAIR);
  }

  @Test
  void whatIsTakenIsGaugedByItsUseUntilItIsReleased() {
    MemoryAccount account = open();
    assertThat(account.tryTake(MemoryUse.REPLAY, 100)).isTrue();
    account.take(MemoryUse.HANDLES, 7);
    assertThat(stats.get(Counter.MEMORY_REPLAY)).isEqualTo(100);
    assertThat(stats.get(Counter.MEMORY_HANDLES)).isEqualTo(7);
    assertThat(stats.get(Counter.MEMORY_LIMIT)).isEqualTo(80 * MIB);
    assertThat(account.held()).isEqualTo(107);
    account.release(MemoryUse.REPLAY, 100);
    account.release(MemoryUse.HANDLES, 7);
    assertThat(stats.get(Counter.MEMORY_REPLAY) + stats.get(Counter.MEMORY_HANDLES)).isZero();
    assertThat(budget.used()).isZero();
  }

  @Test
  void tenAccountsThatTakeAllTheyCanLeaveRoomForAnotherOne() {
    List<MemoryAccount> greedy = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      greedy.add(open());
    }
    for (int round = 0; round < 80 * MIB / SEGMENT; round++) {
      greedy.forEach(account -> account.tryTake(MemoryUse.FRAMES, SEGMENT));
    }
    assertThat(greedy)
        .allSatisfy(account -> assertThat(account.held()).isBetween(6 * MIB, 7 * MIB));
    MemoryAccount modest = open();
    assertThat(modest.tryTake(MemoryUse.FRAMES, 5 * MIB)).isTrue();
  }

  @Test
  void accountsThatFillTheMemoryLeaveTheReserveToThoseWithLittle() {
    MemoryAccount requests = budget.open(Share.COMMON);
    takeAll(requests, MemoryUse.BODIES);
    assertThat(requests.held()).isEqualTo(70 * MIB);
    assertThat(open().tryTake(MemoryUse.FRAMES, MIB)).isFalse();
    assertThat(open().tryTake(MemoryUse.FRAMES, 512 << 10)).isTrue();
  }

  @Test
  void theHeapHasABoundOfItsOwn() {
    MemoryAccount handles = budget.open(Share.COMMON);
    takeAll(handles, MemoryUse.HANDLES);
    assertThat(handles.held()).isBetween(17 * MIB, 18 * MIB);
    assertThat(handles.tryTake(MemoryUse.BODIES, 40 * MIB)).isTrue();
  }

  @Test
  void oneThatWaitsHearsOfTheNextReleaseOnce() {
    MemoryAccount account = open();
    takeAll(account, MemoryUse.FRAMES);
    AtomicInteger heard = new AtomicInteger();
    Runnable retry = heard::incrementAndGet;
    account.whenReleased(retry);
    account.whenReleased(retry);
    account.release(MemoryUse.FRAMES, SEGMENT);
    account.release(MemoryUse.FRAMES, SEGMENT);
    assertThat(heard).hasValue(1);
  }

  @Test
  void whileOneWaitsTheLargestThatDoesNotMoveGivesUp() {
    List<String> gaveUp = new ArrayList<>();
    MemoryAccount large = budget.open(Share.FAIR, () -> gaveUp.add("large"));
    MemoryAccount small = budget.open(Share.FAIR, () -> gaveUp.add("small"));
    MemoryAccount moving = budget.open(Share.COMMON, () -> gaveUp.add("moving"));
    large.take(MemoryUse.PEER_QUEUES, 20 * MIB);
    small.take(MemoryUse.PEER_QUEUES, MIB);
    moving.take(MemoryUse.BODIES, 40 * MIB);
    waitFor(moving);
    assertThat(gaveUp).containsExactly("large");
    assertThat(stats.get(Counter.MEMORY_RELIEFS)).isOne();
  }

  @Test
  void manySmallOnesGiveUpAtOnce() {
    AtomicInteger gaveUp = new AtomicInteger();
    for (int i = 0; i < 100; i++) {
      budget.open(Share.FAIR, () -> gaveUp.incrementAndGet() > 0).take(MemoryUse.FRAMES, MIB / 2);
    }
    MemoryAccount moving = open();
    waitFor(moving);
    assertThat(gaveUp).as("a sixteenth of the memory").hasValue(10);
  }

  @Test
  void oneWithLittleGivesNothingUpWhileAnotherHoldsMore() {
    List<String> gaveUp = new ArrayList<>();
    MemoryAccount little = budget.open(Share.FAIR, () -> gaveUp.add("little"));
    MemoryAccount moving = budget.open(Share.FAIR, () -> gaveUp.add("moving"));
    little.take(MemoryUse.CONNECTIONS, MIB); // it has many sockets
    little.take(MemoryUse.PEER_QUEUES, 512 << 10);
    moving.take(MemoryUse.PEER_QUEUES, MIB);
    waitFor(moving);
    assertThat(gaveUp).isEmpty();
    moving.release(MemoryUse.PEER_QUEUES, MIB);
    waitFor(moving);
    assertThat(gaveUp).containsExactly("little");
  }

  @Test
  void nothingIsGivenUpBecauseTheProcessStoodStill() {
    AtomicInteger gaveUp = new AtomicInteger();
    MemoryAccount full = budget.open(Share.FAIR, () -> gaveUp.incrementAndGet() > 0);
    full.take(MemoryUse.PEER_QUEUES, 20 * MIB);
    waitOnAndOn(full);
    clock.standStill(Limits.MEMORY_PRESSURE.multipliedBy(3));
    assertThat(gaveUp).hasValue(0);
    clock.advance(Limits.MEMORY_PRESSURE);
    assertThat(gaveUp).as("after it had time to move").hasValue(1);
  }

  @Test
  void nothingIsGivenUpWhileNoneWaits() {
    AtomicInteger gaveUp = new AtomicInteger();
    MemoryAccount full = budget.open(Share.FAIR, () -> gaveUp.incrementAndGet() > 0);
    takeAll(full, MemoryUse.FRAMES);
    clock.advance(Duration.ofMinutes(1));
    assertThat(gaveUp).hasValue(0);
    assertThat(clock.waiting()).as("tasks").isZero();
  }

  @Test
  void nothingIsGivenUpForOneThatHasStoppedWaiting() {
    AtomicInteger gaveUp = new AtomicInteger();
    MemoryAccount full = budget.open(Share.FAIR, () -> gaveUp.incrementAndGet() > 0);
    takeAll(full, MemoryUse.FRAMES);
    Iterator<Boolean> goOn = List.of(true, false).iterator();
    LockSupport.unpark(Thread.currentThread()); // so that the wait between the two ends at once
    assertThat(full.awaitTake(MemoryUse.FRAMES, SEGMENT, goOn::next)).isFalse();
    clock.advance(Limits.MEMORY_PRESSURE.multipliedBy(2));
    assertThat(gaveUp).hasValue(0);
  }

  @Test
  void aClosedAccountIsNotAskedToGiveUp() {
    AtomicInteger gaveUp = new AtomicInteger();
    MemoryAccount closed = budget.open(Share.FAIR, () -> gaveUp.incrementAndGet() > 0);
    closed.take(MemoryUse.FRAMES, 10 * MIB);
    closed.close();
    waitFor(open());
    assertThat(gaveUp).hasValue(0);
  }

  private static void waitOnAndOn(MemoryAccount account) {
    account.whenReleased(
        new Runnable() {
          @Override
          public void run() {
            account.whenReleased(this);
          }
        });
  }

  /** Waits for memory that does not come, while the account itself moves. */
  private void waitFor(MemoryAccount account) {
    account.whenReleased(() -> {});
    clock.advance(Limits.MEMORY_PRESSURE.minusMillis(1));
    account.take(MemoryUse.FRAMES, 1);
    clock.advance(Duration.ofMillis(1));
  }
}

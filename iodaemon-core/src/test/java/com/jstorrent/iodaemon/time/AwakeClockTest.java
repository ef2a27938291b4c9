package com.jstorrent.iodaemon.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The default clock, with a system time that the test makes jump. */
@Timeout(600)
class AwakeClockTest {
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration NEVER = Duration.ofHours(1);

  private final AtomicLong slept = new AtomicLong();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AwakeClock clock =
      new AwakeClock(failures::add, () -> System.nanoTime() + slept.get());

  @AfterEach
  void stop() {
    clock.close();
    assertThat(failures).isEmpty();
  }

  private void sleep(Duration time) {
    slept.addAndGet(time.toNanos());
  }

  /**
   * Waits until the clock's thread has run its loop once more, so that it has seen earlier changes.
   */
  private void awaitOneRound() throws InterruptedException {
    CountDownLatch round = new CountDownLatch(1);
    clock.schedule(Duration.ZERO, round::countDown);
    round.await();
  }

  @Test
  void aTasksDelayCountsAwakeTimeOnly() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    long begun = clock.nanoTime();
    clock.schedule(NEVER, runs::incrementAndGet);
    for (int night = 0; night < 5; night++) {
      sleep(Duration.ofHours(8));
      awaitOneRound();
    }
    assertThat(runs).hasValue(0);
    assertThat(Duration.ofNanos(clock.nanoTime() - begun)).isLessThan(NEVER);
    BlockingQueue<Long> times = new LinkedBlockingQueue<>();
    long before = clock.nanoTime();
    clock.schedule(SHORT, () -> times.add(clock.nanoTime()));
    assertThat(times.take() - before).isGreaterThanOrEqualTo(SHORT.toNanos());
  }

  @Test
  void missedRunsAreNotMadeUpFor() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    clock.scheduleWithFixedDelay(Duration.ofMinutes(20), runs::incrementAndGet);
    sleep(Duration.ofHours(8));
    awaitOneRound();
    assertThat(runs).hasValue(0);
  }

  @Test
  void thePauseIsBetweenTheEndOfARunAndTheNext() throws Exception {
    BlockingQueue<Long> times = new LinkedBlockingQueue<>();
    long last = clock.nanoTime();
    MonotonicClock.Scheduled ticks =
        clock.scheduleWithFixedDelay(SHORT, () -> times.add(clock.nanoTime()));
    for (int i = 0; i < 5; i++) {
      long next = times.take();
      assertThat(next - last).isGreaterThanOrEqualTo(SHORT.toNanos());
      last = next;
    }
    ticks.cancel();
    awaitOneRound();
    int after = times.size();
    clock.schedule(SHORT.multipliedBy(3), () -> times.add(-1L));
    for (int i = 0; i < after; i++) {
      assertThat(times.take()).isNotEqualTo(-1);
    }
    assertThat(times.take()).as("the next one of all").isEqualTo(-1);
  }

  @Test
  void tasksRunInTheOrderOfTheirDueTimes() throws Exception {
    BlockingQueue<Integer> order = new LinkedBlockingQueue<>();
    CountDownLatch ready = new CountDownLatch(1);
    AtomicLong time = new AtomicLong();
    try (AwakeClock still = new AwakeClock(failures::add, time::get)) {
      still.schedule(Duration.ZERO, () -> awaitUninterruptibly(ready));
      still.schedule(Duration.ofMillis(2), () -> order.add(3));
      still.schedule(Duration.ofMillis(1), () -> order.add(1));
      MonotonicClock.Scheduled never = still.schedule(Duration.ofMillis(1), () -> order.add(2));
      never.cancel();
      never.cancel();
      time.set(SHORT.toNanos());
      ready.countDown();
      assertThat(order.take()).isEqualTo(1);
      assertThat(order.take()).isEqualTo(3);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFailedTaskDoesNotEndTheClock() throws Exception {
    BlockingQueue<Integer> runs = new LinkedBlockingQueue<>();
    clock.scheduleWithFixedDelay(
        SHORT,
        () -> {
          runs.add(1);
          throw new IllegalStateException("a defect");
        });
    runs.take();
    runs.take();
    OutOfMemoryError full = new OutOfMemoryError("of the test");
    clock.schedule(
        Duration.ZERO,
        () -> {
          throw full;
        });
    awaitOneRound();
    assertThat(failures.remove()).isSameAs(full);
    runs.take();
  }

  @Test
  void aClosedClockRunsNoTasksAndStillTellsTheTime() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    clock.schedule(SHORT, runs::incrementAndGet);
    clock.scheduleWithFixedDelay(SHORT, runs::incrementAndGet);
    clock.close();
    int then = runs.get();
    clock.schedule(Duration.ZERO, runs::incrementAndGet).cancel();
    clock.schedule(Duration.ZERO, runs::incrementAndGet);
    long before = clock.nanoTime();
    try (AwakeClock other = new AwakeClock(failures::add)) {
      CountDownLatch later = new CountDownLatch(1);
      other.schedule(SHORT.multipliedBy(4), later::countDown);
      later.await();
    }
    assertThat(clock.nanoTime()).isGreaterThan(before);
    assertThat(runs.get() - then).as("one may have run already").isLessThanOrEqualTo(1);
  }

  @Test
  void aDelayOfCenturiesHoldsUpNoOther() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    clock.schedule(Duration.ofNanos(Long.MAX_VALUE), runs::incrementAndGet);
    awaitOneRound();
    assertThat(runs).hasValue(0);
  }
}

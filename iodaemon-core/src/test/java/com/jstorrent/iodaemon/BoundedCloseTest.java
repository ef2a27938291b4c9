package com.jstorrent.iodaemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.time.Deadline;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class BoundedCloseTest {
  private final ManualClock clock = new ManualClock();

  @Test
  void everythingIsClosedWhenItReturns() {
    CountDownLatch closed = new CountDownLatch(1);
    BoundedClose.run(Deadline.in(Duration.ofHours(1), clock), closed::countDown);
    assertThat(closed.getCount()).isZero();
  }

  @Test
  void aDiskThatDoesNotAnswerIsLeftBehindAndClosedWhenItDoes() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    BoundedClose.run(
        Deadline.in(Duration.ZERO, clock),
        () -> {
          await(disk);
          closed.countDown();
        });
    assertThat(closed.getCount()).isOne();
    disk.countDown();
    closed.await();
  }

  @Test
  void anInterruptEndsTheWaitAndIsKept() {
    CountDownLatch disk = new CountDownLatch(1);
    Thread.currentThread().interrupt();
    BoundedClose.run(Deadline.in(Duration.ofHours(1), clock), () -> await(disk));
    assertThat(Thread.interrupted()).isTrue();
    disk.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}

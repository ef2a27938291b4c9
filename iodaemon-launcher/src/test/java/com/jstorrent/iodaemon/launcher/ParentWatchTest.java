package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 1, --parent-pid: what happens when the parent has ended. */
class ParentWatchTest {
  private static final int TIMEOUT_SECONDS = 60;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration INSTANT = Duration.ofMillis(1);

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  private String next() throws InterruptedException {
    return events.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void theGracefulShutdownIsTriedFirst() throws Exception {
    ParentWatch.start(() -> false, () -> events.add("gone"), () -> events.add("late"), HOUR);
    assertThat(next()).isEqualTo("gone");
    assertThat(next()).isEqualTo("late");
  }

  @Test
  void aShutdownThatHangsIsNotWaitedForLong() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    ParentWatch.start(() -> false, () -> await(never), () -> events.add("late"), INSTANT);
    assertThat(next()).isEqualTo("late");
    never.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

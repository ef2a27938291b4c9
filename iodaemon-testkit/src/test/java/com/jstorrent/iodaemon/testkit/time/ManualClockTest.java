package com.jstorrent.iodaemon.testkit.time;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualClockTest {
  private final ManualClock clock = new ManualClock();

  /** As the test of a program that embeds the daemon uses it. */
  @Test
  void aDaemonIsIdleWhenTheTestSaysSo() throws Exception {
    try (IoDaemon daemon =
        IoDaemon.builder()
            .token("secret")
            .clock(clock)
            .idleTimeout(Duration.ofMinutes(15))
            .transport(new InProcessTransport())
            .build()
            .start()) {
      clock.advance(Duration.ofMinutes(15));
      daemon.awaitClosed();
      assertThat(clock.waiting()).as("tasks after the end").isZero();
    }
  }

  @Test
  void tasksRunInOrderAndEachAtItsTime() {
    List<Long> seconds = new ArrayList<>();
    clock.schedule(Duration.ofSeconds(3), () -> seconds.add(now()));
    clock.scheduleWithFixedDelay(Duration.ofSeconds(2), () -> seconds.add(now()));
    clock.schedule(Duration.ofSeconds(9), () -> seconds.add(now()));
    clock.advance(Duration.ofSeconds(7));
    assertThat(seconds).containsExactly(2L, 3L, 4L, 6L);
    assertThat(clock.untilNext()).isEqualTo(Duration.ofSeconds(1));
  }

  private long now() {
    return Duration.ofNanos(clock.nanoTime()).toSeconds();
  }

  @Test
  void aCancelledTaskDoesNotRun() {
    List<String> runs = new ArrayList<>();
    clock.schedule(Duration.ofSeconds(1), () -> runs.add("once")).cancel();
    clock.scheduleWithFixedDelay(Duration.ofSeconds(1), () -> runs.add("again")).cancel();
    clock.advance(Duration.ofMinutes(1));
    assertThat(runs).isEmpty();
  }

  @Test
  void nothingIsScheduledAfterTheEnd() {
    clock.close();
    clock.schedule(Duration.ofSeconds(1), () -> {
      throw new AssertionError("It has run.");
    });
    clock.advance(Duration.ofSeconds(2));
    assertThat(clock.waiting()).isZero();
  }
}

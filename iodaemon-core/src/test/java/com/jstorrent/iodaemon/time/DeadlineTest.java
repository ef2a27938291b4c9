package com.jstorrent.iodaemon.time;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private static final Duration TIME = Duration.ofSeconds(10);

  private final ManualClock clock = new ManualClock();
  private final Deadline deadline = Deadline.in(TIME, clock);

  @Test
  void itExpiresByTheClock() {
    clock.advance(TIME.minusNanos(1));
    assertThat(deadline.left()).isEqualTo(1);
    assertThat(deadline.isOver()).isFalse();
    clock.advance(Duration.ofNanos(1));
    assertThat(deadline.isOver()).isTrue();
  }

  @Test
  void aWaitThatEndsEarlyByTheClockIsRepeated() throws Exception {
    List<Long> waits = new ArrayList<>();
    boolean there =
        deadline.await(
            nanos -> {
              waits.add(nanos);
              clock.advance(Duration.ofSeconds(4)); // the system says that ten have passed
              return false;
            });
    assertThat(there).isFalse();
    assertThat(waits)
        .containsExactly(
            TIME.toNanos(), Duration.ofSeconds(6).toNanos(), Duration.ofSeconds(2).toNanos());
  }

  @Test
  void aConditionThatHoldsIsFoundEvenAfterExpiry() throws Exception {
    clock.advance(TIME);
    assertThat(deadline.await(nanos -> nanos == 0)).isTrue();
  }
}

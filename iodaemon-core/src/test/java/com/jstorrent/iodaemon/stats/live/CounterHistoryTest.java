package com.jstorrent.iodaemon.stats.live;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.CounterSample;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5.4: what the counters were. */
class CounterHistoryTest {
  private final AtomicLong now = new AtomicLong();
  private final Stats stats = new Stats();
  private final CounterHistory history = new CounterHistory(stats, now::get);

  private void take(long bytes) {
    stats.add(Counter.BYTES_SENT, bytes);
    history.sample();
    now.addAndGet(Limits.HISTORY_PERIOD.toNanos());
  }

  @Test
  void aSampleKeepsTheValuesOfItsMomentAndGrowsOld() {
    assertThat(history.samples()).isEmpty();
    take(5);
    take(3);
    List<CounterSample> samples = history.samples();
    assertThat(samples)
        .extracting(each -> each.counters().get(Counter.BYTES_SENT))
        .containsExactly(5L, 8L);
    assertThat(samples)
        .extracting(CounterSample::age)
        .containsExactly(Limits.HISTORY_PERIOD.multipliedBy(2), Limits.HISTORY_PERIOD);
    assertThat(samples.getFirst().counters()).hasSize(Counter.values().length);
  }

  @Test
  void tenMinutesAreKeptAndTheOldestSampleGoes() {
    for (int i = 0; i <= Limits.HISTORY_SAMPLES; i++) {
      take(1);
    }
    List<CounterSample> samples = history.samples();
    assertThat(samples).hasSize(Limits.HISTORY_SAMPLES);
    assertThat(samples.getFirst().counters()).containsEntry(Counter.BYTES_SENT, 2L);
    assertThat(samples.getFirst().age()).isEqualTo(Duration.ofMinutes(10));
    assertThat(samples.getLast().counters())
        .containsEntry(Counter.BYTES_SENT, 1L + Limits.HISTORY_SAMPLES);
  }
}

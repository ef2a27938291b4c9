package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeapTrimmerTest {
  private final Stats stats = new Stats();
  private final AtomicInteger collections = new AtomicInteger();
  private final AtomicLong heap = new AtomicLong(HeapTrimmer.MIN_GAIN_BYTES);
  private final HeapTrimmer trimmer = new HeapTrimmer(heap::get, collections::incrementAndGet);

  private int collectionsAfterCheck() {
    trimmer.check(stats);
    return collections.get();
  }

  @Test
  void buffersAreCollectedWhenEnoughOfThemWereDiscarded() {
    trimmer.onBuffersDiscarded(HeapTrimmer.MIN_GAIN_BYTES - 1);
    assertThat(collectionsAfterCheck()).isZero();
    trimmer.onBuffersDiscarded(1);
    assertThat(collectionsAfterCheck()).isEqualTo(1);
    assertThat(collectionsAfterCheck()).as("not twice").isEqualTo(1);
  }

  @Test
  void theHeapIsCollectedWhenClientsHoldMuchLessThanBefore() {
    stats.add(Counter.MEMORY_CONNECTIONS, HeapTrimmer.MIN_GAIN_BYTES);
    assertThat(collectionsAfterCheck()).isZero();
    stats.add(Counter.MEMORY_HANDLES, 5);
    stats.add(Counter.MEMORY_CONNECTIONS, -HeapTrimmer.MIN_GAIN_BYTES);
    assertThat(collectionsAfterCheck()).as("some bytes too few").isZero();
    stats.add(Counter.MEMORY_HANDLES, -5);
    assertThat(collectionsAfterCheck()).isEqualTo(1);
    assertThat(collectionsAfterCheck()).as("not twice").isEqualTo(1);
  }

  @Test
  void aHeapThatHasGrownIsCollectedWhenThereIsLittleToDo() {
    heap.addAndGet(HeapTrimmer.MIN_GAIN_BYTES);
    stats.add(Counter.CPU_MILLISECONDS, HeapTrimmer.IDLE_CPU_MILLIS);
    assertThat(collectionsAfterCheck()).as("while it is busy").isZero();
    stats.add(Counter.CPU_MILLISECONDS, HeapTrimmer.IDLE_CPU_MILLIS - 1);
    assertThat(collectionsAfterCheck()).isEqualTo(1);
    assertThat(collectionsAfterCheck()).as("not twice").isEqualTo(1);
    heap.addAndGet(HeapTrimmer.MIN_GAIN_BYTES - 1);
    assertThat(collectionsAfterCheck()).as("some bytes too few").isEqualTo(1);
  }

  @Test
  void aSteadyLoadIsNotInterrupted() {
    for (int i = 0; i < 3; i++) {
      stats.add(Counter.MEMORY_CONNECTIONS, HeapTrimmer.MIN_GAIN_BYTES);
      assertThat(collectionsAfterCheck()).isZero();
    }
  }
}

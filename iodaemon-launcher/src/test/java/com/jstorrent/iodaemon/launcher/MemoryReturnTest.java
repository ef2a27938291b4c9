package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryReturnTest {
  private final Stats stats = new Stats();
  private final AtomicInteger collections = new AtomicInteger();
  private final AtomicLong heap = new AtomicLong(MemoryReturn.ENOUGH_BYTES);
  private final MemoryReturn memory = new MemoryReturn(heap::get, collections::incrementAndGet);

  private int collectionsAfterLooking() {
    memory.look(stats);
    return collections.get();
  }

  @Test
  void buffersAreCollectedWhenEnoughOfThemWereDiscarded() {
    memory.onBuffersDiscarded(MemoryReturn.ENOUGH_BYTES - 1);
    assertThat(collectionsAfterLooking()).isZero();
    memory.onBuffersDiscarded(1);
    assertThat(collectionsAfterLooking()).isEqualTo(1);
    assertThat(collectionsAfterLooking()).as("not twice").isEqualTo(1);
  }

  @Test
  void theHeapIsCollectedWhenClientsHoldMuchLessThanBefore() {
    stats.add(Counter.MEMORY_CONNECTIONS, MemoryReturn.ENOUGH_BYTES);
    assertThat(collectionsAfterLooking()).isZero();
    stats.add(Counter.MEMORY_HANDLES, 5);
    stats.add(Counter.MEMORY_CONNECTIONS, -MemoryReturn.ENOUGH_BYTES);
    assertThat(collectionsAfterLooking()).as("some bytes too few").isZero();
    stats.add(Counter.MEMORY_HANDLES, -5);
    assertThat(collectionsAfterLooking()).isEqualTo(1);
    assertThat(collectionsAfterLooking()).as("not twice").isEqualTo(1);
  }

  @Test
  void aHeapThatHasGrownIsCollectedWhenThereIsLittleToDo() {
    heap.addAndGet(MemoryReturn.ENOUGH_BYTES);
    stats.add(Counter.CPU_MILLISECONDS, MemoryReturn.LITTLE_MILLIS);
    assertThat(collectionsAfterLooking()).as("while it is busy").isZero();
    stats.add(Counter.CPU_MILLISECONDS, MemoryReturn.LITTLE_MILLIS - 1);
    assertThat(collectionsAfterLooking()).isEqualTo(1);
    assertThat(collectionsAfterLooking()).as("not twice").isEqualTo(1);
    heap.addAndGet(MemoryReturn.ENOUGH_BYTES - 1);
    assertThat(collectionsAfterLooking()).as("some bytes too few").isEqualTo(1);
  }

  @Test
  void aSteadyLoadIsNotInterrupted() {
    for (int i = 0; i < 3; i++) {
      stats.add(Counter.MEMORY_CONNECTIONS, MemoryReturn.ENOUGH_BYTES);
      assertThat(collectionsAfterLooking()).isZero();
    }
  }
}

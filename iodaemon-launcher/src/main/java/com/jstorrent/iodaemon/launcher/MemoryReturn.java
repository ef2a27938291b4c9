package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Counters;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Has the JVM collect what clients held and do not hold any more, so that its memory returns to the system soon
 * after a time of high load: at once when clients hold much less than before, and what garbage has made the heap
 * grow by when there is little to do. A daemon that has little to do makes little garbage, so the collector
 * would not look at it for hours. A collection takes a few dozen milliseconds, so it has to be worth it.
 */
final class MemoryReturn implements DaemonListener {
  /** The least that a collection is worth. */
  static final long ENOUGH_BYTES = 8 << 20;

  /** The time between two collections, at least. */
  private static final Duration PERIOD = Duration.ofSeconds(10);

  /** What is in the heap; buffers outside of it have pools, which tell what they discard. */
  private static final List<Counter> IN_HEAP =
      List.of(Counter.MEMORY_SMALL_BODIES, Counter.MEMORY_HANDLES, Counter.MEMORY_CONNECTIONS);

  /** Processor time between two looks; with less than that there is little to do. */
  static final long LITTLE_MILLIS = PERIOD.toMillis() / 50;

  private final LongSupplier heap;
  private final Runnable collection;
  private final AtomicLong discarded = new AtomicLong();
  private long most; // only one thread looks, so also at those below
  private long heapBefore;
  private long processorMillis;

  MemoryReturn() {
    this(Runtime.getRuntime()::totalMemory, System::gc);
  }

  /**
   * @param heap its size in bytes, used or not
   */
  MemoryReturn(LongSupplier heap, Runnable collection) {
    this.heap = heap;
    this.collection = collection;
    this.heapBefore = heap.getAsLong();
  }

  /** Looks from time to time, up to the end of the process. */
  void start(Counters stats) {
    Thread.ofVirtual()
        .name("iodaemon-collection")
        .start(
            () -> {
              try {
                while (true) {
                  Thread.sleep(PERIOD);
                  look(stats);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  @Override
  public void onBuffersDiscarded(long bytes) {
    discarded.addAndGet(bytes);
  }

  /** Collects if it is worth it. */
  void look(Counters stats) {
    long held = IN_HEAP.stream().mapToLong(stats::get).sum();
    most = Math.max(most, held);
    long outside = discarded.get();
    boolean released = outside + most - held >= ENOUGH_BYTES;
    boolean grown = heap.getAsLong() - heapBefore >= ENOUGH_BYTES;
    if (hasLittleToDo(stats) && grown || released) {
      discarded.addAndGet(-outside);
      most = held;
      collection.run();
      heapBefore = heap.getAsLong();
    }
  }

  private boolean hasLittleToDo(Counters stats) {
    long before = processorMillis;
    processorMillis = stats.get(Counter.CPU_MILLISECONDS);
    return processorMillis - before < LITTLE_MILLIS;
  }
}

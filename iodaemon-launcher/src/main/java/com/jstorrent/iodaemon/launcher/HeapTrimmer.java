package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Counters;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Makes the JVM collect garbage soon after a time of high load, so that memory returns to the system. It does so
 * when clients hold much less than before, and, while the daemon has little to do, also when the heap has grown. A
 * daemon that has little to do makes little garbage, so the collector itself would not run for hours. A collection
 * takes a few dozen milliseconds, so it has to be worth it.
 */
final class HeapTrimmer implements DaemonListener {
  /** The least memory that makes a collection worth its time. */
  static final long MIN_GAIN_BYTES = 8 << 20;

  /** The least time between two collections. */
  private static final Duration PERIOD = Duration.ofSeconds(10);

  /** Memory in the heap. Buffers outside of it have pools, which report what they discard. */
  private static final List<Counter> IN_HEAP =
      List.of(Counter.MEMORY_SMALL_BODIES, Counter.MEMORY_HANDLES, Counter.MEMORY_CONNECTIONS);

  /** With less processor time than this between two checks, the daemon has little to do. */
  static final long IDLE_CPU_MILLIS = PERIOD.toMillis() / 50;

  private final LongSupplier heap;
  private final Runnable collection;
  private final AtomicLong discarded = new AtomicLong();
  private long peakBytes; // used by the checking thread only, like those below
  private long heapBefore;
  private long processorMillis;

  HeapTrimmer() {
    this(Runtime.getRuntime()::totalMemory, System::gc);
  }

  /**
   * @param heap the size of the heap in bytes, used or not
   */
  HeapTrimmer(LongSupplier heap, Runnable collection) {
    this.heap = heap;
    this.collection = collection;
    this.heapBefore = heap.getAsLong();
  }

  /** Checks from time to time, until the process ends. */
  void start(Counters stats) {
    Thread.ofVirtual()
        .name("iodaemon-collection")
        .start(
            () -> {
              try {
                while (true) {
                  Thread.sleep(PERIOD);
                  check(stats);
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

  /** Runs a collection if it is worth it. */
  void check(Counters stats) {
    long held = IN_HEAP.stream().mapToLong(stats::get).sum();
    peakBytes = Math.max(peakBytes, held);
    long outside = discarded.get();
    boolean released = outside + peakBytes - held >= MIN_GAIN_BYTES;
    boolean grown = heap.getAsLong() - heapBefore >= MIN_GAIN_BYTES;
    if (isNearlyIdle(stats) && grown || released) {
      discarded.addAndGet(-outside);
      peakBytes = held;
      collection.run();
      heapBefore = heap.getAsLong();
    }
  }

  private boolean isNearlyIdle(Counters stats) {
    long before = processorMillis;
    processorMillis = stats.get(Counter.CPU_MILLISECONDS);
    return processorMillis - before < IDLE_CPU_MILLIS;
  }
}

package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Bounds the bytes that requests hold in memory at once. One that finds no room waits for its turn;
 * after a while it is told to come again. Any thread may call it.
 */
final class MemoryBudget {
  private static final int UNIT_BYTES = 1 << 10;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final MonotonicClock clock;
  private final Semaphore units;
  private final String refusal;

  /**
   * @param refusal the sentence for a request that has waited in vain
   */
  MemoryBudget(long bytes, String refusal, MonotonicClock clock) {
    this.clock = clock;
    this.refusal = refusal;
    units = new Semaphore((int) (bytes / UNIT_BYTES), true);
  }

  /**
   * Blocks until there is room for so many bytes.
   *
   * @throws OperationFailure EBUSY when there is none for too long
   */
  void acquire(long bytes) throws OperationFailure {
    try {
      if (Deadline.in(PATIENCE, clock)
          .await(nanos -> units.tryAcquire(units(bytes), nanos, TimeUnit.NANOSECONDS))) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new OperationFailure(FailureCode.EBUSY, refusal);
  }

  /** Gives back what {@link #acquire} took for the same number of bytes. */
  void release(long bytes) {
    units.release(units(bytes));
  }

  private static int units(long bytes) {
    return Math.toIntExact((bytes + UNIT_BYTES - 1) / UNIT_BYTES);
  }
}

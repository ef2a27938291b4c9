package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Slots for connections that have not shown the token yet, which limit their number (PROTOCOL.md § 2).
 * Thread-safe.
 */
final class UnauthenticatedSlots {
  private final Semaphore free = new Semaphore(Limits.UNAUTHENTICATED_CONNECTIONS);

  /** One slot. Only the first call that gives it back has an effect. */
  final class Slot {
    private final AtomicBoolean taken = new AtomicBoolean(true);
    private volatile boolean kept;

    private Slot() {}

    void giveBack() {
      if (!kept && taken.compareAndSet(true, false)) {
        free.release();
      }
    }

    /** From here on it is given back when this time is over, and not before. */
    void keepFor(Duration time, MonotonicClock clock) {
      kept = true;
      clock.schedule(
          time,
          () -> {
            kept = false;
            giveBack();
          });
    }
  }

  /** Whether there is a free slot at this moment. */
  boolean hasRoom() {
    return free.availablePermits() > 0;
  }

  /** A slot for one more connection, or null when there is none. */
  @Nullable
  Slot take() {
    return free.tryAcquire() ? new Slot() : null;
  }
}

package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The connections that have not shown the token yet: so many at once (PROTOCOL.md § 2). Thread-safe. */
final class Strangers {
  private final Semaphore places = new Semaphore(Limits.STRANGERS);

  /** One place; given back once, whoever does it first. */
  final class Place {
    private final AtomicBoolean taken = new AtomicBoolean(true);
    private volatile boolean kept;

    private Place() {}

    void giveBack() {
      if (!kept && taken.compareAndSet(true, false)) {
        places.release();
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

  /** Whether there is a place at this moment. */
  boolean hasRoom() {
    return places.availablePermits() > 0;
  }

  /** A place for one more, or null when there is none. */
  @Nullable
  Place enter() {
    return places.tryAcquire() ? new Place() : null;
  }
}

package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time in which a connection has not shown the token yet: it has a deadline, and takes one of the
 * slots for such connections. For a connection that showed the token at its upgrade it never begins.
 * Used by the thread that delivers frames.
 */
final class Admission {
  private final MonotonicClock clock;
  private UnauthenticatedSlots.@Nullable Slot slot;
  private MonotonicClock.@Nullable Scheduled pending;

  Admission(MonotonicClock clock) {
    this.clock = clock;
  }

  /**
   * Takes a slot and starts the deadline.
   *
   * @param onLate runs on the clock's thread when the time is over
   * @return whether there was a slot
   */
  boolean begin(UnauthenticatedSlots slots, Duration time, Runnable onLate) {
    slot = slots.take();
    pending = clock.schedule(time, onLate);
    return slot != null;
  }

  /** The token was right, or the connection has ended. */
  void over() {
    cancelPending();
    if (slot != null) {
      slot.giveBack();
    }
  }

  /**
   * The token was wrong. The slot stays taken until the penalty is over: hanging up early must not make
   * guessing faster.
   *
   * @param answer runs on the clock's thread when the penalty is over
   */
  void refused(Duration penalty, Runnable answer) {
    if (slot != null && !penalty.isZero()) {
      slot.keepFor(penalty, clock);
    }
    cancelPending();
    pending = clock.schedule(penalty, answer);
  }

  private void cancelPending() {
    if (pending != null) {
      pending.cancel();
    }
  }
}

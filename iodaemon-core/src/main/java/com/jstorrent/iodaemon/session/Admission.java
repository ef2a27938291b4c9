package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time in which a connection has not shown the token: it has a deadline, and takes one of the slots
 * for such connections. Used by the thread that delivers frames.
 */
final class Admission {
  private final MonotonicClock clock;
  private final UnauthenticatedSlots.@Nullable Slot slot;
  private MonotonicClock.Scheduled pending;

  /**
   * @param slot null when the connection has shown the token already
   * @param onLate runs on the clock's thread when the time is over
   */
  Admission(
      MonotonicClock clock,
      UnauthenticatedSlots.@Nullable Slot slot,
      Duration time,
      Runnable onLate) {
    this.clock = clock;
    this.slot = slot;
    this.pending = clock.schedule(time, onLate);
  }

  /** The token was right, or the connection has ended. */
  void over() {
    pending.cancel();
    if (slot != null) {
      slot.giveBack();
    }
  }

  /**
   * The token was wrong. The slot is taken until the penalty is over: hanging up early must not make
   * guessing faster.
   *
   * @param answer runs on the clock's thread when the penalty is over
   */
  void refused(Duration penalty, Runnable answer) {
    if (slot != null && !penalty.isZero()) {
      slot.keepFor(penalty, clock);
    }
    pending.cancel();
    pending = clock.schedule(penalty, answer);
  }
}

package com.jstorrent.iodaemon.time;

import java.time.Duration;

/** A moment of a clock by which something has to be there. Thread-safe. */
public final class Deadline {
  private final MonotonicClock clock;
  private final long moment;

  private Deadline(MonotonicClock clock, long moment) {
    this.clock = clock;
    this.moment = moment;
  }

  /** When so much time has passed from now on. */
  public static Deadline in(Duration time, MonotonicClock clock) {
    return new Deadline(clock, clock.nanoTime() + time.toNanos());
  }

  /** Nanoseconds until then; not positive when it is over. */
  public long left() {
    return moment - clock.nanoTime();
  }

  public boolean isOver() {
    return left() <= 0;
  }

  /** A wait with a time limit of the JDK, which goes by the time of the system. */
  @FunctionalInterface
  public interface Wait {
    /**
     * @return false when the time was over
     */
    boolean await(long nanos) throws InterruptedException;
  }

  /**
   * Waits again and again until the clock agrees that the time is over.
   *
   * @return false when it is
   */
  public boolean await(Wait wait) throws InterruptedException {
    while (!wait.await(Math.max(0, left()))) {
      if (isOver()) {
        return false;
      }
    }
    return true;
  }
}

package com.jstorrent.iodaemon.time;

import java.time.Duration;

/** A point in time by which something must have happened. Thread-safe. */
public final class Deadline {
  private final MonotonicClock clock;
  private final long moment;

  private Deadline(MonotonicClock clock, long moment) {
    this.clock = clock;
    this.moment = moment;
  }

  /**
   * {@return the deadline that expires after {@code time}, counted from now}
   *
   * @param time how long it is
   * @param clock counts it
   */
  public static Deadline in(Duration time, MonotonicClock clock) {
    return new Deadline(clock, clock.nanoTime() + time.toNanos());
  }

  /** {@return the nanoseconds left} Zero or negative when the deadline has expired. */
  public long left() {
    return moment - clock.nanoTime();
  }

  /** {@return whether it has expired} */
  public boolean isOver() {
    return left() <= 0;
  }

  /** A timed wait of the JDK, which uses the system's time rather than the clock's. */
  @FunctionalInterface
  public interface Wait {
    /**
     * Waits.
     *
     * @param nanos how long to wait at most, in nanoseconds
     * @return false when the wait timed out
     * @throws InterruptedException when the thread is interrupted
     */
    boolean await(long nanos) throws InterruptedException;
  }

  /**
   * Repeats a timed wait until it succeeds or the clock agrees that the deadline has expired.
   *
   * @param wait what is repeated
   * @return false when the deadline has expired
   * @throws InterruptedException when the thread is interrupted
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

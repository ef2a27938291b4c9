package com.jstorrent.iodaemon.time;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Measures the time during which this process could run, in nanoseconds. A laptop that sleeps must
 * not find all deadlines expired when it wakes.
 *
 * <p>One thread makes a mark every second: a pair of real time and awake time. The current time is
 * that of the last mark plus the real time since, but at most {@link #MAX_BETWEEN_MARKS}. So a
 * sleep of the machine, a stopped process or a clock that jumps adds no more than that, and no
 * thread can see more of the jump, whichever wakes first. If the thread that makes marks does not
 * get to run, time goes more slowly: deadlines are late, never early.
 *
 * <p>Time never goes backwards: a new mark counts at most what the previous mark allowed, so a
 * thread that still uses the previous one is never ahead of it.
 */
final class AwakeTime {
  /** The interval between two marks. */
  static final Duration MARK_PAUSE = Duration.ofSeconds(1);

  /**
   * The most that counts without a mark: enough for a mark that is late, little compared to
   * deadlines.
   */
  static final Duration MAX_BETWEEN_MARKS = Duration.ofSeconds(2);

  private static final long MAX_NANOS = MAX_BETWEEN_MARKS.toNanos();

  private record Mark(long real, long awake) {}

  private final LongSupplier realNanos;
  private volatile Mark mark;

  /**
   * @param realNanos {@link System#nanoTime}, or a test's replacement
   */
  AwakeTime(LongSupplier realNanos) {
    this.realNanos = realNanos;
    long now = realNanos.getAsLong();
    mark = new Mark(now, now);
  }

  /** The awake time. Thread-safe. */
  long nanoTime() {
    Mark last = mark; // first: the time must not be older than the mark
    return last.awake + counted(realNanos.getAsLong() - last.real);
  }

  /** Makes a mark. Always called by the same thread. */
  void makeMark() {
    Mark last = mark;
    long now = realNanos.getAsLong();
    mark = new Mark(now, last.awake + counted(now - last.real));
  }

  private static long counted(long passed) {
    return Math.max(0, Math.min(passed, MAX_NANOS));
  }
}

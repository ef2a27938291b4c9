package com.jstorrent.iodaemon.time;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Nanoseconds in which this process could run. One thread makes a mark every second; since the last
 * mark at most {@link #MOST_BETWEEN_MARKS} count. So a sleep of the machine, a stopped process or a clock that is
 * set adds no more than that, and no thread sees more of it, whichever wakes first. When the thread
 * that makes marks gets no processor, time goes slower, and deadlines are late rather than early.
 *
 * <p>It never goes backwards: what two marks leave uncounted, a thread that still knows the older one
 * has not counted either.
 */
final class AwakeTime {
  /** Between two marks. */
  static final Duration MARK_PAUSE = Duration.ofSeconds(1);

  /** What counts without a mark: enough for a thread that comes late, little for a deadline. */
  static final Duration MOST_BETWEEN_MARKS = Duration.ofSeconds(2);

  private static final long MOST_NANOS = MOST_BETWEEN_MARKS.toNanos();

  private record Mark(long real, long awake) {}

  private final LongSupplier realNanos;
  private volatile Mark mark;

  /**
   * @param realNanos {@link System#nanoTime}, or what a test puts in its place
   */
  AwakeTime(LongSupplier realNanos) {
    this.realNanos = realNanos;
    long now = realNanos.getAsLong();
    mark = new Mark(now, now);
  }

  /** Any thread. */
  long nanoTime() {
    Mark last = mark; // first: the time must not be older than the mark
    return last.awake + counted(realNanos.getAsLong() - last.real);
  }

  /** Always by the same thread. */
  void makeMark() {
    Mark last = mark;
    long now = realNanos.getAsLong();
    mark = new Mark(now, last.awake + counted(now - last.real));
  }

  private static long counted(long passed) {
    return Math.max(0, Math.min(passed, MOST_NANOS));
  }
}

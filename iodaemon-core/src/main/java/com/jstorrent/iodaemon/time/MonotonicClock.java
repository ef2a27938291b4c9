package com.jstorrent.iodaemon.time;

import java.time.Duration;

/**
 * A source of time that only goes forward, and a scheduler of tasks by that time. A daemon uses one
 * for all its deadlines: {@link AwakeClock}, or one that a test or an embedder passes to the
 * builder. It has nothing to do with dates, such as those of files and log lines. Thread-safe.
 */
public interface MonotonicClock extends AutoCloseable {

  /**
   * {@return the time in nanoseconds} As with {@link System#nanoTime}, only differences are
   * meaningful. It is called often, so it must be about as fast.
   */
  long nanoTime();

  /**
   * Blocks the current thread until it is unparked, for {@code nanos} at most. May return
   * spuriously, so the caller must check its condition.
   *
   * @param nanos nanoseconds of this clock
   */
  void park(long nanos);

  /**
   * Runs a task once, after a delay. All tasks of a clock share one thread, so a task must not
   * block. An exception of a task is logged and does not affect others.
   *
   * @param delay how long to wait, from now on
   * @param task what to run
   * @return what cancels it
   */
  Scheduled schedule(Duration delay, Runnable task);

  /**
   * Runs a task repeatedly, with a pause between the end of one run and the start of the next.
   * Missed runs are not made up for, and a failed run does not end the repetition.
   *
   * @param pause how long to wait, before the first run too
   * @param task what to run
   * @return what cancels it
   */
  Scheduled scheduleWithFixedDelay(Duration pause, Runnable task);

  /**
   * Ends the scheduler: no further task starts; one that is running goes on. {@link #nanoTime}
   * still works.
   */
  @Override
  void close();

  /** A scheduled task. */
  @FunctionalInterface
  interface Scheduled {
    /** Prevents the task from starting again. A run in progress is not affected. */
    void cancel();
  }
}

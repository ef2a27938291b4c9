package com.jstorrent.iodaemon.time;

import java.time.Duration;

/**
 * Time that only goes forward, and tasks that run when some of it has passed. A daemon counts every
 * deadline by one of these: {@link AwakeClock}, or what a test or an embedder gives to its builder.
 * Dates, as those of files and of the log, are none of its business. Any thread may call.
 */
public interface MonotonicClock extends AutoCloseable {

  /** As {@link System#nanoTime}: only differences mean something. Costs no more than a few of those. */
  long nanoTime();

  /**
   * Lets the thread wait until it is unparked, for so long at most. It may return at any time before, so
   * the caller has to look what has come.
   */
  void park(long nanos);

  /**
   * Runs a task once, when so much time has passed. All tasks of a clock share one thread: a task must
   * not block. One that fails is logged and ends nothing else.
   */
  Scheduled schedule(Duration delay, Runnable task);

  /**
   * Runs a task again and again. The pause is between the end of one run and the next, so runs that
   * were missed are not made up for. It goes on when a run has failed.
   */
  Scheduled scheduleWithFixedDelay(Duration pause, Runnable task);

  /** No task runs from here on, but for one that runs already; time may still be asked for. */
  @Override
  void close();

  /** A task that waits for its time. */
  @FunctionalInterface
  interface Scheduled {
    /** It does not begin any more. One that runs already is not disturbed. */
    void cancel();
  }
}

package com.jstorrent.iodaemon.client;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The time that a blocking call has left; each wait uses up some of it. Belongs to one call and its thread. */
final class CallTimeout {
  private static final long NEVER = Long.MAX_VALUE;

  private final String what;
  private long left;

  private CallTimeout(String what, long left) {
    this.what = what;
    this.left = left;
  }

  /**
   * @param what the call does, as the beginning of a sentence, such as "Connecting"
   * @param time zero means without limit
   */
  static CallTimeout of(String what, Duration time) {
    return new CallTimeout(what, time.isZero() ? NEVER : nanos(time));
  }

  /** The duration in nanoseconds, or the largest number when it is too long. */
  static long nanos(Duration time) {
    try {
      return time.toNanos();
    } catch (ArithmeticException e) {
      return NEVER; // 292 years
    }
  }

  /**
   * Waits for a signal; the caller checks its condition again.
   *
   * @throws SocketTimeoutException when no time was left
   * @throws InterruptedIOException when the thread is interrupted; it stays interrupted
   */
  @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
  void await(Condition condition) throws InterruptedIOException {
    if (left <= 0) {
      throw new SocketTimeoutException(what + " took too long.");
    }
    try {
      if (left == NEVER) {
        condition.await();
      } else {
        left = condition.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw interrupted(what);
    }
  }

  /**
   * Waits for a lock that another call may hold during a wait of its own.
   *
   * @throws SocketTimeoutException when the time is over first
   * @throws InterruptedIOException when the thread is interrupted; it stays interrupted
   */
  void acquire(Lock lock) throws InterruptedIOException {
    if (lock.tryLock()) {
      return;
    }
    try {
      if (left == NEVER) {
        lock.lockInterruptibly();
        return;
      }
      long begin = System.nanoTime();
      if (!lock.tryLock(left, TimeUnit.NANOSECONDS)) {
        throw new SocketTimeoutException(what + " took too long.");
      }
      left -= System.nanoTime() - begin;
    } catch (InterruptedException e) {
      throw interrupted(what);
    }
  }

  static InterruptedIOException interrupted(String what) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException(what + " was interrupted.");
  }
}

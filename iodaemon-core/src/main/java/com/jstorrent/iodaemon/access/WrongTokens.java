package com.jstorrent.iodaemon.access;

import com.jstorrent.iodaemon.config.Limits;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * How long the answer to a wrong token is delayed: not at all at first, then a while each time
 * (PROTOCOL.md § 2). Right tokens are never delayed, so guessing cannot lock the owner out. Thread-safe.
 */
final class WrongTokens {
  private final Duration delay;
  private final LongSupplier nanoTime;
  private final Deque<Long> times = new ArrayDeque<>(); // guarded by this; the last few

  WrongTokens(Duration delay, LongSupplier nanoTime) {
    this.delay = delay;
    this.nanoTime = nanoTime;
  }

  /** Records one more; returns how long its answer must be delayed. */
  synchronized Duration penalty() {
    long now = nanoTime.getAsLong();
    long oldest = now - Limits.FAILURE_MEMORY.toNanos();
    times.removeIf(time -> time - oldest < 0);
    boolean many = times.size() >= Limits.FREE_FAILURES;
    if (many) {
      times.removeFirst();
    }
    times.addLast(now);
    return many ? delay : Duration.ZERO;
  }
}

package com.jstorrent.iodaemon.client;

import java.time.Duration;

/**
 * How long to wait before each attempt to resume: the first attempt is made at once, and then the pause doubles up
 * to a bound.
 *
 * @param first the pause after the first attempt has failed
 * @param longest the longest pause
 */
public record BackOff(Duration first, Duration longest) {
  private static final int MAX_DOUBLINGS = 30;

  public BackOff {
    if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "The first pause must be positive and no longer than the longest one.");
    }
  }

  /**
   * The pause before an attempt.
   *
   * @param attempt 0 for the first one
   * @param random from 0 to 1; it puts the pause between half of its full length and all of it, so that clients
   *     which lost their connections together do not come back together
   */
  Duration before(int attempt, double random) {
    if (attempt == 0) {
      return Duration.ZERO;
    }
    double whole =
        (double) CallTimeout.nanos(first) * Math.scalb(1.0, Math.min(attempt - 1, MAX_DOUBLINGS));
    return Duration.ofNanos(
        (long) (Math.min(whole, (double) CallTimeout.nanos(longest)) * (1 + random) / 2));
  }
}

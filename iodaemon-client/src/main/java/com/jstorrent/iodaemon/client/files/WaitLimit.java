package com.jstorrent.iodaemon.client.files;

import java.net.http.HttpTimeoutException;
import java.time.Duration;

/** How long the next wait for the daemon may take. */
interface WaitLimit {
  /**
   * How long the next wait may take, at least one nanosecond.
   *
   * @throws HttpTimeoutException when the time is over
   */
  long nextNanos() throws HttpTimeoutException;

  HttpTimeoutException exceeded();

  /** One limit for all waits together, from now on. */
  static WaitLimit together(CallClock clock, Duration time) {
    long end = clock.nanoTime() + nanos(time);
    return new WaitLimit() {
      @Override
      public long nextNanos() throws HttpTimeoutException {
        long left = end - clock.nanoTime();
        if (left <= 0) {
          throw exceeded();
        }
        return left;
      }

      @Override
      public HttpTimeoutException exceeded() {
        return new HttpTimeoutException(
            "The daemon has not answered in full within " + text(time)
                + "; allow more time with within(…).");
      }
    };
  }

  /** The same limit for each wait. */
  static WaitLimit each(Duration time) {
    return new WaitLimit() {
      @Override
      public long nextNanos() {
        return nanos(time);
      }

      @Override
      public HttpTimeoutException exceeded() {
        return new HttpTimeoutException(
            "The daemon has not sent one byte for " + text(time)
                + "; increase silence(…) of the builder.");
      }
    };
  }

  /** A longer duration is longer than any wait. The most is half of what fits, so that the sum of two fits. */
  private static long nanos(Duration time) {
    Duration most = Duration.ofNanos(Long.MAX_VALUE / 2);
    return time.compareTo(most) < 0 ? time.toNanos() : most.toNanos();
  }

  private static String text(Duration time) {
    return time.toMillis() + " ms";
  }
}

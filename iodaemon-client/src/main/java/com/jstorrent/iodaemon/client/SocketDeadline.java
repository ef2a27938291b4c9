package com.jstorrent.iodaemon.client;

import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** When the time of one or several calls on a socket runs out. */
final class SocketDeadline {
  /** A time that counts as no limit, like any longer one. */
  static final Duration UNLIMITED = Duration.ofDays(1);

  private final boolean never;
  private final long nanos;

  private SocketDeadline(boolean never, long nanos) {
    this.never = never;
    this.nanos = nanos;
  }

  static SocketDeadline never() {
    return new SocketDeadline(true, 0);
  }

  /** {@link #UNLIMITED} or more counts as no limit. */
  static SocketDeadline after(Duration time) {
    return time.compareTo(UNLIMITED) < 0
        ? new SocketDeadline(false, System.nanoTime() + time.toNanos())
        : never();
  }

  /**
   * The time left, as {@link Socket#setSoTimeout} takes it. 0 means no limit; the JDK then needs fewer system calls
   * for each read.
   *
   * @throws SocketTimeoutException when nothing is left
   */
  int millis() throws SocketTimeoutException {
    if (never) {
      return 0;
    }
    long left = nanos - System.nanoTime();
    if (left <= 0) {
      throw new SocketTimeoutException("Nothing came in time.");
    }
    return Math.clamp(TimeUnit.NANOSECONDS.toMillis(left), 1, Integer.MAX_VALUE);
  }
}

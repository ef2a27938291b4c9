package com.jstorrent.iodaemon.client.files;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The clock for the time limits of calls and for the pause before a call is repeated. */
@FunctionalInterface
interface CallClock {
  /** The system's clock. */
  CallClock SYSTEM = (time, closed) -> closed.await(time.toNanos(), TimeUnit.NANOSECONDS);

  /** As {@link System#nanoTime}. */
  default long nanoTime() {
    return System.nanoTime();
  }

  /** Waits for this time, but no longer than until the client is closed, when the latch opens. */
  void pause(Duration time, CountDownLatch closed) throws InterruptedException;
}

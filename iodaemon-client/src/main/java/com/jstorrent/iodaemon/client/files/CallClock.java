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

  /**
   * A pause, which ends when the client is closed.
   *
   * @param closed opens then
   * @return whether the client was closed
   */
  boolean pause(Duration time, CountDownLatch closed) throws InterruptedException;
}

package com.jstorrent.iodaemon.client.files;

import java.time.Duration;

/** The clock for the time limits of calls and for the pause before a call is repeated. */
interface CallClock {
  /** The system's clock. */
  CallClock SYSTEM =
      new CallClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration time) throws InterruptedException {
          Thread.sleep(time);
        }
      };

  /** As {@link System#nanoTime}. */
  long nanoTime();

  void sleep(Duration time) throws InterruptedException;
}

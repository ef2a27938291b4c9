package com.jstorrent.iodaemon.client.files;

import java.time.Duration;

/** The time by which calls are limited, and how a call waits before it is repeated. */
interface CallClock {
  /** The system's. */
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

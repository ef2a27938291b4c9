package com.jstorrent.iodaemon;

import com.jstorrent.iodaemon.time.Deadline;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes files on a thread of its own, because closing one on a disk that does not answer may take for ever. */
final class BoundedClose {
  private static final Logger LOG = LoggerFactory.getLogger(BoundedClose.class);

  private BoundedClose() {}

  /** Returns when everything is closed or the deadline has expired; then the thread goes on. An interrupt ends the wait. */
  static void run(Deadline deadline, Runnable close) {
    Thread thread = Thread.ofPlatform().daemon().name("iodaemon-close").start(close);
    try {
      if (!deadline.await(nanos -> thread.join(Duration.ofNanos(nanos)))) {
        LOG.warn("A disk does not answer; files on it are left open.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

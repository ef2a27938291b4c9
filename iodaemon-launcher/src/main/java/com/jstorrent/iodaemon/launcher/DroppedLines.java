package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import org.jspecify.annotations.Nullable;

/** Counts dropped log lines, in the daemon's counters as soon as there is a daemon. Thread-safe. */
final class DroppedLines {
  private @Nullable Stats stats; // guarded by this
  private long before; // guarded by this

  synchronized void add(long count) {
    if (stats == null) {
      before += count;
    } else {
      stats.add(Counter.LOG_LINES_DROPPED, count);
    }
  }

  /** Moves the count to a daemon's counters, and counts there from now on. */
  synchronized void countIn(Stats daemon) {
    daemon.add(Counter.LOG_LINES_DROPPED, before);
    before = 0;
    stats = daemon;
  }
}

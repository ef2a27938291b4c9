package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import org.jspecify.annotations.Nullable;

/** Counts lines that the log has lost: among the numbers of the daemon, once there is one. */
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

  /** From here on, those before included, they are counted there. */
  synchronized void countIn(Stats daemon) {
    daemon.add(Counter.LOG_LINES_DROPPED, before);
    before = 0;
    stats = daemon;
  }
}

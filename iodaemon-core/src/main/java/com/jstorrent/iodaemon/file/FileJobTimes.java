package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.work.WorkerPool;
import java.util.concurrent.TimeUnit;

/** Counts how long jobs on files wait and take (PROTOCOL.md § 5.4). Thread-safe. */
final class FileJobTimes implements WorkerPool.Times {
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Stats stats;

  FileJobTimes(Stats stats) {
    this.stats = stats;
  }

  @Override
  public void ended(long waitedNanos, long ranNanos) {
    stats.increment(Counter.FILE_JOBS);
    stats.add(Counter.FILE_WAIT_MICROSECONDS, TimeUnit.NANOSECONDS.toMicros(waitedNanos));
    stats.add(Counter.FILE_RUN_MICROSECONDS, TimeUnit.NANOSECONDS.toMicros(ranNanos));
    if (waitedNanos + ranNanos > SLOW_NANOS) {
      stats.increment(Counter.FILE_JOBS_SLOW);
    }
  }
}

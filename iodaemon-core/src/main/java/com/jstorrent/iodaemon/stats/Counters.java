package com.jstorrent.iodaemon.stats;

import java.time.Duration;
import java.util.Map;

/**
 * The counters of a daemon, read-only. They change while they are read. Any thread; nothing blocks.
 *
 * @since 1.0
 */
public interface Counters {

  /** The current value, in the unit of the counter; concurrent additions may be missing. */
  long get(Counter counter);

  /** All values, in the order of {@link Counter}; the map does not change afterwards. */
  Map<Counter, Long> snapshot();

  /** The time since the daemon was built. */
  Duration uptime();
}

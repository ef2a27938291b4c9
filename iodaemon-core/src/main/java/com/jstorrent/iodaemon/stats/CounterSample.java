package com.jstorrent.iodaemon.stats;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The counters of a daemon at one moment (PROTOCOL.md § 5.4).
 *
 * @param age the time since then
 * @param counters in the order of {@link Counter}
 * @since 1.0
 */
public record CounterSample(Duration age, Map<Counter, Long> counters) {

  public CounterSample {
    counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters));
  }
}

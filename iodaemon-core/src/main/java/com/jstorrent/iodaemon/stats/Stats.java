package com.jstorrent.iodaemon.stats;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The daemon's counters. Any thread may add to them and read them; adding never blocks. */
public final class Stats {
  private final LongAdder[] values = new LongAdder[Counter.values().length];
  private final long started = System.nanoTime();

  public Stats() {
    for (int i = 0; i < values.length; i++) {
      values[i] = new LongAdder();
    }
  }

  /** Adds to a counter or gauge; gauges also take negative amounts. */
  public void add(Counter counter, long amount) {
    values[counter.ordinal()].add(amount);
  }

  public void increment(Counter counter) {
    add(counter, 1);
  }

  public void decrement(Counter counter) {
    add(counter, -1);
  }

  /** The value now; under concurrent changes only about right. */
  public long get(Counter counter) {
    return values[counter.ordinal()].sum();
  }

  /** All values, in the order of {@link Counter}. */
  public Map<Counter, Long> snapshot() {
    Map<Counter, Long> all = new EnumMap<>(Counter.class);
    for (Counter counter : Counter.values()) {
      all.put(counter, get(counter));
    }
    return Collections.unmodifiableMap(all);
  }

  /** Time since the daemon was made. */
  public Duration uptime() {
    return Duration.ofNanos(System.nanoTime() - started);
  }
}

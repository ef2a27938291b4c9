package com.jstorrent.iodaemon.stats.live;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.CounterSample;
import com.jstorrent.iodaemon.config.Limits;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The counters of a daemon in the last ten minutes, so that a client that has just connected sees what
 * happened before (PROTOCOL.md § 5.4). A sample takes half a kilobyte; {@link Limits#HISTORY_SAMPLES}
 * of them are kept, then each new one replaces the oldest. Thread-safe.
 */
public final class CounterHistory {
  private static final Counter[] ALL = Counter.values();

  private final Stats stats;
  private final LongSupplier nanoTime;
  private final Deque<Taken> ring = new ArrayDeque<>(); // guarded by this, the oldest first

  /** Primitive numbers: a map would take four times as much memory. */
  private static final class Taken {
    private final long nanos;
    private final long[] values = new long[ALL.length];

    private Taken(Stats stats, long nanos) {
      this.nanos = nanos;
      for (int i = 0; i < ALL.length; i++) {
        values[i] = stats.get(ALL[i]);
      }
    }

    private CounterSample at(long now) {
      Map<Counter, Long> counters = new EnumMap<>(Counter.class);
      for (int i = 0; i < ALL.length; i++) {
        counters.put(ALL[i], values[i]);
      }
      return new CounterSample(Duration.ofNanos(now - nanos), counters);
    }
  }

  /**
   * @param stats of the daemon
   * @param nanoTime the clock for the age of samples
   */
  public CounterHistory(Stats stats, LongSupplier nanoTime) {
    this.stats = stats;
    this.nanoTime = nanoTime;
  }

  /** Takes a sample; to be called once every {@link Limits#HISTORY_PERIOD}. Does not block. */
  public void sample() {
    Taken taken = new Taken(stats, nanoTime.getAsLong());
    synchronized (this) {
      if (ring.size() == Limits.HISTORY_SAMPLES) {
        ring.removeFirst();
      }
      ring.addLast(taken);
    }
  }

  /** The samples that are kept, the oldest first. */
  public List<CounterSample> samples() {
    List<Taken> kept;
    synchronized (this) {
      kept = List.copyOf(ring);
    }
    long now = nanoTime.getAsLong();
    return kept.stream().map(each -> each.at(now)).toList();
  }
}

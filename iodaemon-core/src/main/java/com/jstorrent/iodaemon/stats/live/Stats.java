package com.jstorrent.iodaemon.stats.live;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Counters;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The counters of a daemon, or of a part of it such as a session. Thread-safe; adding never blocks.
 */
public final class Stats implements Counters {
  private static final int COUNTERS = Counter.values().length;

  private final @Nullable Stats whole;
  private final AtomicReferenceArray<@Nullable LongAdder> values =
      new AtomicReferenceArray<>(COUNTERS); // null is zero: most sessions count few things
  private final Map<Counter, LongSupplier> measured; // none in a part
  private final ConnectErrors errors; // the daemon's
  private final LongSupplier nanoTime;
  private final long started;

  /** Counters of a daemon, with the system's time for {@link #uptime}. */
  public Stats() {
    this(System::nanoTime);
  }

  /**
   * Counters of a daemon.
   *
   * @param nanoTime the clock for {@link #uptime}
   */
  public Stats(LongSupplier nanoTime) {
    this(null, nanoTime);
  }

  private Stats(@Nullable Stats whole, LongSupplier nanoTime) {
    this.whole = whole;
    this.measured = whole == null ? new ConcurrentHashMap<>() : Map.of();
    this.errors = whole == null ? new ConnectErrors() : whole.errors;
    this.nanoTime = nanoTime;
    this.started = nanoTime.getAsLong();
  }

  /** Counters of a part. What is added to them is added to these too. */
  public Stats part() {
    return new Stats(this, nanoTime);
  }

  /** Adds to a counter or gauge; gauges also take negative amounts. */
  public void add(Counter counter, long amount) {
    adder(index(counter)).add(amount);
    if (whole != null) {
      whole.add(counter, amount);
    }
  }

  public void increment(Counter counter) {
    add(counter, 1);
  }

  public void decrement(Counter counter) {
    add(counter, -1);
  }

  /** Counts a TCP connect of a client that has failed, and why. */
  public void connectFailed(Errno errno) {
    increment(Counter.CONNECT_FAILURES);
    errors.count(errno);
  }

  /** How often connects of all clients have failed since the daemon started, by errno. */
  public Map<Errno, Long> connectErrors() {
    return errors.snapshot();
  }

  /**
   * From now on, the value of this counter is taken from a source whenever it is asked for, instead of
   * being added up. Only for the counters of a whole daemon.
   *
   * @param source any thread calls it; it must not block
   */
  public void measure(Counter counter, LongSupplier source) {
    measured.put(counter, source);
  }

  @SuppressWarnings("EnumOrdinal") // never leaves this object
  private static int index(Counter counter) {
    return counter.ordinal();
  }

  private LongAdder adder(int index) {
    LongAdder present = values.get(index);
    if (present != null) {
      return present;
    }
    LongAdder made = new LongAdder();
    LongAdder other = values.compareAndExchange(index, null, made);
    return other == null ? made : other;
  }

  /** The current value, which concurrent additions make approximate. */
  @Override
  public long get(Counter counter) {
    LongSupplier source = measured.get(counter);
    if (source != null) {
      return source.getAsLong();
    }
    LongAdder present = values.get(index(counter));
    return present == null ? 0 : present.sum();
  }

  /** All values, in the order of {@link Counter}. */
  @Override
  public Map<Counter, Long> snapshot() {
    Map<Counter, Long> all = new EnumMap<>(Counter.class);
    for (Counter counter : Counter.values()) {
      all.put(counter, get(counter));
    }
    return Collections.unmodifiableMap(all);
  }

  /** The time since the daemon, or the part, started. */
  @Override
  public Duration uptime() {
    return Duration.ofNanos(nanoTime.getAsLong() - started);
  }

  /** A read-only view of the same values, which cannot be cast back to this class. */
  public Counters readOnly() {
    return new ReadOnly();
  }

  private final class ReadOnly implements Counters {
    @Override
    public long get(Counter counter) {
      return Stats.this.get(counter);
    }

    @Override
    public Map<Counter, Long> snapshot() {
      return Stats.this.snapshot();
    }

    @Override
    public Duration uptime() {
      return Stats.this.uptime();
    }
  }
}

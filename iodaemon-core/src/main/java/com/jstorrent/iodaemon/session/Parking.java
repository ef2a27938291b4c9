package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sessions without a connection that may be resumed, oldest first: each for a time of grace, and
 * so many at most (docs/PROTOCOL.md § 9.3). Thread-safe.
 */
final class Parking {
  private final Limits limits;
  private final Stats stats;
  private final MonotonicClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Departure, MonotonicClock.Scheduled> parked = new LinkedHashMap<>(); // by lock
  private final Map<Departure, Long> deadlines = new WeakHashMap<>(); // guarded by lock
  private boolean closed; // guarded by lock

  Parking(Limits limits, Stats stats, MonotonicClock clock) {
    this.limits = limits;
    this.stats = stats;
    this.clock = clock;
  }

  /** Begins the grace; one that comes back after it was collected has what was left of its own. */
  void park(Departure departure) {
    Departure crowdedOut;
    lock.lock();
    try {
      long now = clock.nanoTime();
      long deadline =
          deadlines.computeIfAbsent(departure, unused -> now + limits.resumeGrace().toNanos());
      MonotonicClock.Scheduled expiry =
          clock.schedule(
              Duration.ofNanos(deadline - now),
              () -> Thread.ofVirtual().name("iodaemon-expiry").start(departure::expire));
      parked.put(departure, expiry);
      stats.increment(Counter.PARKED_SESSIONS);
      crowdedOut =
          closed ? departure
              : parked.size() > Limits.PARKED_SESSIONS ? parked.keySet().iterator().next()
              : null;
    } finally {
      lock.unlock();
    }
    expire(crowdedOut);
  }

  private static void expire(@Nullable Departure departure) {
    if (departure != null) {
      departure.expire();
    }
  }

  /** For what a session waits for here. */
  Deadline deadline(Duration time) {
    return Deadline.in(time, clock);
  }

  void leave(Departure departure) {
    lock.lock();
    try {
      MonotonicClock.Scheduled expiry = parked.remove(departure);
      if (expiry != null) {
        expiry.cancel();
        stats.decrement(Counter.PARKED_SESSIONS);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends those that wait, and from here on every one that would. */
  void close() {
    List<Departure> waiting;
    lock.lock();
    try {
      closed = true;
      waiting = List.copyOf(parked.keySet());
    } finally {
      lock.unlock();
    }
    waiting.forEach(Departure::expire);
  }
}

package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The clients that wait for another connection, oldest first: each for its time of grace, and a limited
 * number at once (PROTOCOL.md § 9.3). Thread-safe; it calls no client with its lock held.
 */
final class DisconnectedClients {
  private final Stats stats;
  private final MonotonicClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Client, MonotonicClock.Scheduled> waiting = new LinkedHashMap<>(); // by lock
  private boolean closed; // guarded by lock

  DisconnectedClients(Stats stats, MonotonicClock clock) {
    this.stats = stats;
    this.clock = clock;
  }

  /**
   * Adds a client that has lost its connection; it expires at the end of its grace.
   *
   * @return a client for which there is no room any more, so that it has to expire now, or null
   */
  @Nullable
  Client enter(Client client, Deadline grace) {
    lock.lock();
    try {
      waiting.put(
          client,
          clock.schedule(
              Duration.ofNanos(Math.max(0, grace.left())),
              () -> Thread.ofVirtual().name("iodaemon-expiry").start(client::expire)));
      stats.increment(Counter.PARKED_SESSIONS);
      return closed ? client
          : waiting.size() > Limits.PARKED_SESSIONS ? waiting.keySet().iterator().next()
          : null;
    } finally {
      lock.unlock();
    }
  }

  /** Removes a client, if it was waiting. */
  void leave(Client client) {
    lock.lock();
    try {
      MonotonicClock.Scheduled expiry = waiting.remove(client);
      if (expiry != null) {
        expiry.cancel();
        stats.decrement(Counter.PARKED_SESSIONS);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Expires all that wait, and from here on every one that would wait. */
  void close() {
    List<Client> left;
    lock.lock();
    try {
      closed = true;
      left = List.copyOf(waiting.keySet());
    } finally {
      lock.unlock();
    }
    left.forEach(Client::expire);
  }
}

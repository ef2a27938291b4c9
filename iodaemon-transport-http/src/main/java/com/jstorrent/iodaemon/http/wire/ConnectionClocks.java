package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The clocks of all connections. One task looks at them all: a task for each call would wake the timer
 * with every request. Thread-safe.
 */
public final class ConnectionClocks {
  /** Looks within the shortest time that a call may take: it ends that much too late at most. */
  private static final int LOOKS = 4;

  private final MonotonicClock clock;
  private final Set<ConnectionClock> clocks = ConcurrentHashMap.newKeySet();

  /**
   * @param clock what they are counted by; it looks at them until it is closed
   */
  public ConnectionClocks(Limits limits, MonotonicClock clock) {
    this.clock = clock;
    long shortest =
        Stream.of(limits.keepAlive(), limits.headTimeout(), limits.bodyStall())
            .min(Duration::compareTo)
            .orElseThrow()
            .toNanos();
    long pause = Math.max(1, shortest / LOOKS);
    clock.scheduleWithFixedDelay(
        Duration.ofNanos(pause), () -> clocks.forEach(ConnectionClock::look));
  }

  MonotonicClock time() {
    return clock;
  }

  void begin(ConnectionClock added) {
    clocks.add(added);
  }

  void end(ConnectionClock removed) {
    clocks.remove(removed);
  }
}

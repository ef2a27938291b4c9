package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.config.Limits;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The clocks of all connections. One task looks at them all: a task for each call would wake the timer
 * with every request. Thread-safe.
 */
public final class ConnectionClocks {
  /** Looks within the shortest time that a call may take: it ends that much too late at most. */
  private static final int LOOKS = 4;

  private final Set<ConnectionClock> clocks = ConcurrentHashMap.newKeySet();

  /**
   * @param timer looks at the clocks until it is shut down
   */
  public ConnectionClocks(Limits limits, ScheduledExecutorService timer) {
    long shortest =
        Stream.of(limits.keepAlive(), limits.headTimeout(), limits.bodyStall())
            .min(Duration::compareTo)
            .orElseThrow()
            .toNanos();
    long pause = Math.max(1, shortest / LOOKS);
    timer.scheduleWithFixedDelay(
        () -> clocks.forEach(ConnectionClock::look), pause, pause, TimeUnit.NANOSECONDS);
  }

  void begin(ConnectionClock clock) {
    clocks.add(clock);
  }

  void end(ConnectionClock clock) {
    clocks.remove(clock);
  }
}

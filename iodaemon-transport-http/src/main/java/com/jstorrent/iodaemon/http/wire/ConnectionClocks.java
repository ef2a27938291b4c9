package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.KernelQueues;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * The clocks of all connections. One task looks at them all: a task for each call would wake the timer
 * with every request. Thread-safe.
 */
public final class ConnectionClocks {
  /** Looks within the shortest time that a call may take: it ends that much too late at most. */
  private static final int LOOKS = 10;

  private final MonotonicClock clock;
  private final long pauseNanos;
  private final boolean samples;
  private final Set<ConnectionClock> clocks = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean sampling = new AtomicBoolean();

  /**
   * @param clock what they are counted by; it looks at them until it is closed
   */
  public ConnectionClocks(Limits limits, MonotonicClock clock) {
    this(limits, clock, KernelQueues.areKnown());
  }

  /**
   * @param samples whether the system is asked what clients have read; else a write shows progress only
   *     when it ends
   */
  ConnectionClocks(Limits limits, MonotonicClock clock, boolean samples) {
    this.clock = clock;
    this.samples = samples;
    long shortest =
        Stream.of(limits.keepAlive(), limits.headTimeout(), limits.bodyStall())
            .min(Duration::compareTo)
            .orElseThrow()
            .toNanos();
    pauseNanos = Math.max(1, shortest / LOOKS);
    clock.scheduleWithFixedDelay(Duration.ofNanos(pauseNanos), this::look);
  }

  MonotonicClock time() {
    return clock;
  }

  /** Whether a slow reader can be told from one that has stopped in the middle of a write. */
  boolean sample() {
    return samples;
  }

  private void look() {
    List<ConnectionClock> slow = new ArrayList<>();
    for (ConnectionClock each : clocks) {
      if (samples && each.writesSince(pauseNanos)) {
        slow.add(each);
      } else {
        each.look();
      }
    }
    if (!slow.isEmpty() && sampling.compareAndSet(false, true)) {
      Thread.ofVirtual().name("iodaemon-queues").start(() -> sample(slow));
    }
  }

  /** Reading files is nothing for the timer's thread. */
  private void sample(List<ConnectionClock> slow) {
    try {
      Map<SocketChannel, Long> unread =
          KernelQueues.unread(slow.stream().map(ConnectionClock::channel).toList());
      for (ConnectionClock each : slow) {
        Long known = unread.get(each.channel());
        if (known != null) {
          each.sample(known);
        }
        each.look();
      }
    } finally {
      sampling.set(false);
    }
  }

  void begin(ConnectionClock added) {
    clocks.add(added);
  }

  void end(ConnectionClock removed) {
    clocks.remove(removed);
  }
}

package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.kernel.KernelQueues;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clocks of all connections, checked by one periodic task: a task for each call would wake the
 * timer with every request. Thread-safe.
 */
public final class ConnectionClocks {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionClocks.class);

  /** How many checks there are within the shortest time limit: a call ends too late by one such interval at most. */
  private static final int CHECKS = 10;

  private final MonotonicClock clock;
  private final long pauseNanos;
  private final boolean samples;
  private final Set<ConnectionClock> clocks = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean sampling = new AtomicBoolean();

  /**
   * @param clock measures all time limits, and runs the periodic check until it is closed
   */
  public ConnectionClocks(Limits limits, MonotonicClock clock) {
    this(limits, clock, KernelQueues.areKnown());
  }

  /**
   * @param samples whether to ask the system how much clients have read; otherwise a write shows progress only when
   *     it returns
   */
  ConnectionClocks(Limits limits, MonotonicClock clock, boolean samples) {
    this.clock = clock;
    this.samples = samples;
    long shortest =
        Stream.of(limits.keepAlive(), limits.headTimeout(), limits.bodyStall())
            .min(Duration::compareTo)
            .orElseThrow()
            .toNanos();
    pauseNanos = Math.max(1, shortest / CHECKS);
    clock.scheduleWithFixedDelay(Duration.ofNanos(pauseNanos), this::checkAll);
  }

  MonotonicClock time() {
    return clock;
  }

  /** Whether a client that reads slowly can be told from one that has stopped reading, during a write. */
  boolean sample() {
    return samples;
  }

  private void checkAll() {
    List<ConnectionClock> slow = new ArrayList<>();
    for (ConnectionClock each : clocks) {
      if (samples && each.writesSince(pauseNanos)) {
        slow.add(each);
      } else {
        each.check();
      }
    }
    if (!slow.isEmpty() && sampling.compareAndSet(false, true)) {
      Thread.ofVirtual().name("iodaemon-queues").start(() -> sample(slow));
    }
  }

  /** Whether the queues are being looked at. */
  boolean isSampling() {
    return sampling.get();
  }

  /** Runs on a thread of its own, because the queues are read from files, which could block the timer. */
  private void sample(List<ConnectionClock> slow) {
    try {
      Map<SocketChannel, Long> unread = unread(slow);
      for (ConnectionClock each : slow) {
        Long known = unread.get(each.channel());
        if (known != null) {
          each.sample(known);
        }
        each.check();
      }
    } finally {
      sampling.set(false);
    }
  }

  /**
   * When there is no descriptor for asking the system, the result is empty; then slow connections end, which frees
   * descriptors.
   */
  private static Map<SocketChannel, Long> unread(List<ConnectionClock> slow) {
    try {
      return KernelQueues.unread(slow.stream().map(ConnectionClock::channel).toList());
    } catch (IOException e) {
      LOG.debug("Cannot tell at the moment how much clients have read: {}", e.toString());
      return Map.of();
    }
  }

  void begin(ConnectionClock added) {
    clocks.add(added);
  }

  void end(ConnectionClock removed) {
    clocks.remove(removed);
  }
}

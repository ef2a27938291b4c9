package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers of one socket, for statistics and reports. Any thread. */
final class Meter {
  private final AtomicLong pauses = new AtomicLong();
  private final AtomicLong drops = new AtomicLong();
  private final MonotonicClock clock;
  private volatile long lastMove;

  Meter(MonotonicClock clock) {
    this.clock = clock;
    lastMove = clock.nanoTime();
  }

  /** Bytes have moved. */
  void moved() {
    lastMove = clock.nanoTime();
  }

  /** One side takes nothing, so the other one has to wait. */
  void paused() {
    pauses.incrementAndGet();
  }

  void dropped(long datagrams) {
    drops.addAndGet(datagrams);
  }

  /** The time since bytes last moved. */
  Duration idle() {
    return Duration.ofNanos(clock.nanoTime() - lastMove);
  }

  long pauses() {
    return pauses.get();
  }

  long drops() {
    return drops.get();
  }
}

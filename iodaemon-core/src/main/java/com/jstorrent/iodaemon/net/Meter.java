package com.jstorrent.iodaemon.net;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** What is remembered of one socket for whoever looks at it. Any thread. */
final class Meter {
  private final AtomicLong pauses = new AtomicLong();
  private final AtomicLong drops = new AtomicLong();
  private volatile long lastMove = System.nanoTime();

  /** Bytes have moved. */
  void moved() {
    lastMove = System.nanoTime();
  }

  /** A side takes nothing, so the other one has to wait. */
  void paused() {
    pauses.incrementAndGet();
  }

  void dropped(long datagrams) {
    drops.addAndGet(datagrams);
  }

  /** Since bytes have moved. */
  Duration idle() {
    return Duration.ofNanos(System.nanoTime() - lastMove);
  }

  long pauses() {
    return pauses.get();
  }

  long drops() {
    return drops.get();
  }
}

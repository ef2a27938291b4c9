package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import java.util.concurrent.atomic.AtomicLong;

/** The bytes that wait for all peers of one connection (PROTOCOL.md § 4.6). */
final class SendBudget {
  private final AtomicLong queued = new AtomicLong();
  private final long limit;
  private final Stats stats;
  private final ReaderGate gate;

  SendBudget(long limit, Stats stats, ReaderGate gate) {
    this.limit = limit;
    this.stats = stats;
    this.gate = gate;
  }

  boolean fits(int bytes) {
    return queued.get() + bytes <= limit;
  }

  void take(int bytes) {
    queued.addAndGet(bytes);
    stats.add(Counter.QUEUED_BYTES, bytes);
  }

  void release(long bytes) {
    if (bytes > 0) {
      queued.addAndGet(-bytes);
      stats.add(Counter.QUEUED_BYTES, -bytes);
      gate.signal();
    }
  }
}

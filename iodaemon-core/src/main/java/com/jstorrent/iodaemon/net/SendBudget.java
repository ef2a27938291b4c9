package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.net.relay.ReaderGate;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that wait for all peers of one connection (PROTOCOL.md § 4.6), as a part of those of all
 * connections: beyond what all may have together, each still has room for one socket.
 */
final class SendBudget {
  private final AtomicLong queued = new AtomicLong();
  private final AtomicLong all;
  private final Limits limits;
  private final Stats stats;
  private final ReaderGate gate;

  /**
   * @param all what waits for the peers of every connection
   */
  SendBudget(Limits limits, AtomicLong all, Stats stats, ReaderGate gate) {
    this.limits = limits;
    this.all = all;
    this.stats = stats;
    this.gate = gate;
  }

  boolean fits(int bytes) {
    long own = queued.get() + bytes;
    return own <= limits.socketQueueBytes()
        || own <= limits.sessionQueueBytes() && all.get() + bytes <= limits.allQueueBytes();
  }

  void take(int bytes) {
    queued.addAndGet(bytes);
    all.addAndGet(bytes);
    stats.add(Counter.QUEUED_BYTES, bytes);
  }

  void release(long bytes) {
    if (bytes > 0) {
      queued.addAndGet(-bytes);
      all.addAndGet(-bytes);
      stats.add(Counter.QUEUED_BYTES, -bytes);
      gate.signal();
    }
  }
}

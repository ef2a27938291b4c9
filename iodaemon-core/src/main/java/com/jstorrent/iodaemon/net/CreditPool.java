package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What sockets hold beyond their first credit (PROTOCOL.md § 9.2), for all connections together. Every
 * byte that was granted may end up in a queue, so this is memory, and the windows become smaller as it
 * runs short. Any thread.
 */
final class CreditPool {
  /** A socket gets this fraction of what is free, so that there is always something left for the next. */
  private static final int SHARE = 8;

  /** All credits together, beyond the first of each socket, are one of so many parts of the memory. */
  private static final int MEMORY_PARTS = 4;

  private final Limits limits;
  private final MemoryBudget memory;
  private final Stats stats;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param memory where the queues of peers take theirs
   */
  CreditPool(Limits limits, MemoryBudget memory, Stats stats) {
    this.limits = limits;
    this.memory = memory;
    this.stats = stats;
  }

  /** What every socket begins with, in bytes. */
  long first() {
    return limits.sendCreditBytes();
  }

  /**
   * How large the window of a socket may be now, in bytes.
   *
   * @param own what the socket itself holds here
   */
  long window(long own) {
    // The other half of the queues of a connection is for the first credits of its sockets.
    long most = Math.min(limits.sessionQueueBytes() / 2, memory.limit() / MEMORY_PARTS);
    long room = Math.min(most, memory.limit() - memory.used());
    return window(first(), Limits.SEND_WINDOW_BYTES, room - held.get() + own);
  }

  /** A window of {@code most} bytes while there is plenty, and never less than {@code first}. */
  static long window(long first, long most, long free) {
    return Math.max(first, Math.min(most, first + Math.max(0, free) / SHARE));
  }

  /** A socket holds so much more, or less when negative. */
  void hold(long change) {
    held.addAndGet(change);
    stats.add(Counter.SEND_CREDIT_BYTES, change);
  }
}

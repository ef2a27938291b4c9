package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The credit that the sockets of all connections hold together, beyond the first credit of each
 * (PROTOCOL.md § 9.2). Every byte that was granted may end up in a queue, so credit stands for memory,
 * and the windows become smaller as memory runs short. Any thread.
 */
final class CreditPool {
  /**
   * A socket gets what is free divided by this number, so that there is always something left for the
   * next.
   */
  private static final int FREE_DIVISOR = 8;

  /** All credits together, beyond the first of each socket, are at most the memory divided by this number. */
  private static final int MEMORY_DIVISOR = 4;

  private final Limits limits;
  private final MemoryBudget memory;
  private final Stats stats;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param memory what the queues for peers take their memory from
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
   * @param own what the socket itself already holds here
   */
  long window(long own) {
    // The other half of the queues of a connection is for the first credits of its sockets.
    long most = Math.min(limits.sessionQueueBytes() / 2, memory.limit() / MEMORY_DIVISOR);
    long room = Math.min(most, memory.limit() - memory.used());
    return window(first(), Limits.SEND_WINDOW_BYTES, room - held.get() + own);
  }

  /** A window of {@code most} bytes while there is plenty, and never less than {@code first}. */
  static long window(long first, long most, long free) {
    return Math.max(first, Math.min(most, first + Math.max(0, free) / FREE_DIVISOR));
  }

  /** Records that a socket holds this much more, or less if the number is negative. */
  void hold(long change) {
    held.addAndGet(change);
    stats.add(Counter.SEND_CREDIT_BYTES, change);
  }
}

package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.net.relay.ReaderGate;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that wait for all peers of one client (PROTOCOL.md § 4.6), and the memory that they take of what all
 * clients have together. Thread-safe.
 */
final class SendBudget {
  private final AtomicLong queued = new AtomicLong();
  private final MemoryAccount memory;
  private final Limits limits;
  private final Stats stats;
  private final ReaderGate gate;
  private final Runnable wake; // one object, so that it waits only once

  /**
   * @param memory of the client
   * @param gate where its reader waits for room
   */
  SendBudget(MemoryAccount memory, Limits limits, Stats stats, ReaderGate gate) {
    this.memory = memory;
    this.limits = limits;
    this.stats = stats;
    this.gate = gate;
    this.wake = gate::signal;
  }

  /** Whether the client may queue so many bytes more, as far as its own bound goes. */
  boolean isWithinBound(int bytes) {
    return queued.get() + bytes <= limits.sessionQueueBytes();
  }

  /** Whether there is memory for so many bytes more. If not, the reader is woken when there may be some. */
  boolean hasMemory(int bytes) {
    return memory.hasRoom(MemoryUse.PEER_QUEUES, bytes, wake);
  }

  /** Bytes have been queued, or have left the queue if it is a negative number. */
  void queued(long bytes) {
    queued.addAndGet(bytes);
    stats.add(Counter.QUEUED_BYTES, bytes);
    if (bytes < 0) {
      gate.signal();
    }
  }

  /** The queues have become so much larger, or smaller if it is a negative number. */
  void grown(long bytes) {
    if (bytes > 0) {
      memory.take(MemoryUse.PEER_QUEUES, bytes);
    } else {
      memory.release(MemoryUse.PEER_QUEUES, -bytes);
    }
  }
}

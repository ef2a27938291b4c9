package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.net.relay.ReaderGate;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that wait for all peers of one client (PROTOCOL.md § 4.6), and the memory that they take
 * from what all clients share. Thread-safe.
 */
final class SendBudget {
  private final AtomicLong queued = new AtomicLong();
  private final MemoryAccount memory;
  private final Limits limits;
  private final Stats stats;
  private final ReaderGate gate;
  private final Runnable wake; // one object, so that it is registered only once

  /**
   * @param memory of the client
   * @param gate the gate where its reader waits for room
   */
  SendBudget(MemoryAccount memory, Limits limits, Stats stats, ReaderGate gate) {
    this.memory = memory;
    this.limits = limits;
    this.stats = stats;
    this.gate = gate;
    this.wake = gate::signal;
  }

  /** Whether the client may queue this many more bytes, as far as its own bound is concerned. */
  boolean isWithinBound(int bytes) {
    return queued.get() + bytes <= limits.sessionQueueBytes();
  }

  /** Whether there is memory for this many more bytes. If not, the reader is woken when there may be some. */
  boolean hasMemory(int bytes) {
    return memory.hasRoom(MemoryUse.PEER_QUEUES, bytes, wake);
  }

  /** Records that bytes were queued, or have left a queue if the number is negative. */
  void queued(long bytes) {
    queued.addAndGet(bytes);
    stats.add(Counter.QUEUED_BYTES, bytes);
    if (bytes < 0) {
      gate.signal();
    }
  }

  /** Records that the queues take this much more memory, or less if the number is negative. */
  void grown(long bytes) {
    if (bytes > 0) {
      memory.take(MemoryUse.PEER_QUEUES, bytes);
    } else {
      memory.release(MemoryUse.PEER_QUEUES, -bytes);
    }
  }
}

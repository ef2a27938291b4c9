package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Direct buffers of one piece. There are only so many; a request reserves them first, and waits
 * for its turn.
 * Any thread may call it.
 */
final class PieceBuffers {
  static final int PIECE_BYTES = 1 << 20;

  /** More than these are left to the collector when nobody uses them. */
  private static final int KEPT = 16;

  private final MemoryBudget budget;
  private final ConcurrentLinkedDeque<ByteBuffer> free = new ConcurrentLinkedDeque<>();
  private final AtomicInteger kept = new AtomicInteger();

  /**
   * @param bytes of all pieces together
   * @param refusal the sentence for a request that has waited in vain
   */
  PieceBuffers(long bytes, String refusal, MonotonicClock clock) {
    budget = new MemoryBudget(bytes, refusal, clock);
  }

  /**
   * Blocks until so many bytes may be taken. All at once: two that wait for one more piece each would
   * wait for ever.
   *
   * @throws OperationFailure EBUSY when that takes too long
   */
  void reserve(long bytes) throws OperationFailure {
    budget.acquire(wholePieces(bytes));
  }

  /** Gives back what {@link #reserve} took for the same number of bytes. */
  void release(long bytes) {
    budget.release(wholePieces(bytes));
  }

  private static long wholePieces(long bytes) {
    return (bytes + PIECE_BYTES - 1) / PIECE_BYTES * PIECE_BYTES;
  }

  /** A piece of what was reserved. */
  ByteBuffer take() {
    ByteBuffer idle = free.poll();
    if (idle == null) {
      return ByteBuffer.allocateDirect(PIECE_BYTES);
    }
    kept.decrementAndGet();
    return idle.clear();
  }

  void give(ByteBuffer piece) {
    if (kept.incrementAndGet() <= KEPT) {
      free.push(piece);
    } else {
      kept.decrementAndGet();
    }
  }
}

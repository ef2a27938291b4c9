package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Direct buffers of one piece for answers that are read from files. There are only so many; a
 * request that finds none waits for its turn. Any thread may call it.
 */
final class PieceBuffers {
  private static final int PIECE_BYTES = 1 << 20;

  /** Below this a buffer of its own is cheaper than holding on to a whole piece. */
  private static final int SMALL_BYTES = 32 << 10;

  private static final int PIECES = 48;

  private final MemoryBudget budget =
      new MemoryBudget(
          (long) PIECES * PIECE_BYTES, "Too many answers are being read; try again in a moment.");
  private final ConcurrentLinkedDeque<ByteBuffer> free = new ConcurrentLinkedDeque<>();

  /**
   * Blocks until there is one.
   *
   * @throws OperationFailure EBUSY when there is none for too long
   */
  ByteBuffer take(long bytes) throws OperationFailure {
    if (bytes <= SMALL_BYTES) {
      return ByteBuffer.allocate((int) bytes);
    }
    budget.acquire(PIECE_BYTES);
    ByteBuffer kept = free.poll();
    return kept != null ? kept.clear() : ByteBuffer.allocateDirect(PIECE_BYTES);
  }

  void give(ByteBuffer buffer) {
    if (buffer.isDirect()) {
      free.push(buffer);
      budget.release(PIECE_BYTES);
    }
  }
}

package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Direct buffers of one piece for answers that are read from files. There are only so many; a
 * request that finds none waits for its turn. Any thread may call it.
 */
final class PieceBuffers {
  static final int PIECE_BYTES = 1 << 20;

  /** Below this a buffer of its own is cheaper than holding on to a whole piece. */
  private static final int SMALL_BYTES = 32 << 10;

  private static final int PIECES = 48;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Semaphore places = new Semaphore(PIECES, true);
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
    try {
      if (places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        ByteBuffer kept = free.poll();
        return kept != null ? kept.clear() : ByteBuffer.allocateDirect(PIECE_BYTES);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new OperationFailure(
        FailureCode.EBUSY, "Too many answers are being read; try again in a moment.");
  }

  void give(ByteBuffer buffer) {
    if (buffer.isDirect()) {
      free.push(buffer);
      places.release();
    }
  }
}

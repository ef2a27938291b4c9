package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.transport.BufferPool;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;

/**
 * Buffers into which answers are read from files. The number of large direct ones is limited, and a
 * client that reads its answer slowly occupies one for all that time; so when all are in use, an answer
 * does not wait but is read in small steps, into a buffer on the heap. Thread-safe.
 */
final class AnswerBuffers {
  static final int PIECE_BYTES = 1 << 20;

  /** The most bytes for which a buffer on the heap is cheaper than a large direct one. */
  static final int STEP_BYTES = 32 << 10;

  private final Semaphore free;
  private final BufferPool pieces;

  /**
   * @param bytes the size of all direct buffers together
   */
  AnswerBuffers(long bytes) {
    int count = (int) (bytes / PIECE_BYTES);
    free = new Semaphore(count);
    pieces = new BufferPool(PIECE_BYTES, count);
  }

  /** An empty buffer for this many bytes, or a smaller one to be used repeatedly. Never blocks. */
  ByteBuffer take(long length) {
    if (length <= STEP_BYTES) {
      return ByteBuffer.allocate((int) length);
    }
    return free.tryAcquire() ? pieces.take() : ByteBuffer.allocate(STEP_BYTES);
  }

  /** Gives back a buffer, which must not be used afterwards. */
  void give(ByteBuffer buffer) {
    if (buffer.isDirect()) {
      pieces.give(buffer);
      free.release();
    }
  }
}

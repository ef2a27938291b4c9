package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.transport.BufferPool;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;

/**
 * What answers are read from files into. There are only so many direct buffers of a piece. A client
 * that takes its answer slowly keeps one for as long as it likes; so when all are in use, an answer does
 * not wait but is read in small steps, which its connection can afford. Any thread may call it.
 */
final class AnswerBuffers {
  static final int PIECE_BYTES = 1 << 20;

  /** Up to here a buffer of its own is cheaper than a whole piece. */
  static final int STEP_BYTES = 32 << 10;

  private final Semaphore free;
  private final BufferPool pieces;

  /**
   * @param bytes of all pieces together
   */
  AnswerBuffers(long bytes) {
    int count = (int) (bytes / PIECE_BYTES);
    free = new Semaphore(count);
    pieces = new BufferPool(PIECE_BYTES, count);
  }

  /** An empty buffer for so many bytes, or for some of them at a time. */
  ByteBuffer take(long length) {
    if (length <= STEP_BYTES) {
      return ByteBuffer.allocate((int) length);
    }
    return free.tryAcquire() ? pieces.take() : ByteBuffer.allocate(STEP_BYTES);
  }

  /** From here on nothing may use the buffer. */
  void give(ByteBuffer buffer) {
    if (buffer.isDirect()) {
      pieces.give(buffer);
      free.release();
    }
  }
}

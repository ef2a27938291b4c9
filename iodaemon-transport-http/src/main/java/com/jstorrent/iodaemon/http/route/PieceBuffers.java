package com.jstorrent.iodaemon.http.route;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Direct buffers of one piece, kept for the next request. Any thread may call it. */
final class PieceBuffers {
  private static final int PIECE_BYTES = 1 << 20;

  /** Below this a buffer of its own is cheaper than holding on to a whole piece. */
  private static final int SMALL_BYTES = 32 << 10;

  private static final int KEPT = 8;
  private static final BlockingQueue<ByteBuffer> FREE = new ArrayBlockingQueue<>(KEPT);

  private PieceBuffers() {}

  static ByteBuffer take(int bytes) {
    if (bytes <= SMALL_BYTES) {
      return ByteBuffer.allocate(bytes);
    }
    ByteBuffer kept = FREE.poll();
    return kept != null ? kept : ByteBuffer.allocateDirect(PIECE_BYTES);
  }

  static void give(ByteBuffer buffer) {
    if (buffer.isDirect()) {
      boolean kept = FREE.offer(buffer);
      assert kept || FREE.remainingCapacity() == 0 : "what is not kept is left to the collector";
    }
  }
}

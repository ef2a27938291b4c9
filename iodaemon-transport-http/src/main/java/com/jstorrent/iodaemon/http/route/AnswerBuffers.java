package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.DaemonMemory;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Memory into which answers are read from files, piece by piece. A client that reads its answer slowly occupies a
 * piece for all that time. So pieces become smaller as more memory is in use, and when none is left, an answer does
 * not wait but is read in very small steps. Thread-safe.
 */
final class AnswerBuffers {
  /** The most segments of a piece. */
  private static final int PIECE_SEGMENTS = 4;

  /** The size of a piece whose memory is not counted: its connection needs about as much anyway. */
  private static final int STEP_BYTES = 4 << 10;

  private final MemoryAccount memory;
  private final BufferPool segments;
  private final long most;

  AnswerBuffers(DaemonMemory daemon) {
    // This memory cannot be given up: it becomes free only as clients take their answers.
    memory = daemon.budget().open(Share.COMMON);
    segments = daemon.segments();
    most = Math.min(Limits.ANSWER_BYTES, daemon.budget().limit() / 4);
  }

  /** Buffers for this many bytes, or smaller ones to be used repeatedly. Never blocks. */
  AnswerPiece take(long length) {
    if (length > STEP_BYTES) {
      int count = (int) Math.min(PIECE_SEGMENTS, BodyMemory.segments(length));
      if (tryTake(count, most / 2)) {
        return piece(count);
      }
      if (tryTake(1, most)) {
        return piece(1);
      }
    }
    int step = (int) Math.min(length, STEP_BYTES);
    return new AnswerPiece(this, List.of(ByteBuffer.allocate(step)));
  }

  private AnswerPiece piece(int count) {
    return new AnswerPiece(this, segments.take(count));
  }

  private boolean tryTake(int count, long bound) {
    long bytes = (long) count * Limits.SEGMENT_BYTES;
    return memory.held() + bytes <= bound && memory.tryTake(MemoryUse.ANSWERS, bytes);
  }

  /** Takes back the buffers of a piece, which must not be used afterwards. */
  void give(List<ByteBuffer> buffers) {
    long bytes = 0;
    for (ByteBuffer each : buffers) {
      if (each.isDirect()) {
        segments.give(each);
        bytes += each.capacity();
      }
    }
    memory.release(MemoryUse.ANSWERS, bytes);
  }
}

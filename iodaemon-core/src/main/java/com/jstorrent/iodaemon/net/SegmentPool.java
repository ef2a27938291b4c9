package com.jstorrent.iodaemon.net;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Direct buffers for bytes that wait for a peer. They are kept, because making one costs a clearing
 * and a native allocation, and last in, first out, because a warm one is cheaper. Any thread may
 * call it.
 */
final class SegmentPool {
  static final int SEGMENT_BYTES = 64 << 10;

  /** Idle memory that is kept for the next burst; what comes back beyond it is left to the GC. */
  private static final int RETAINED_SEGMENTS = (16 << 20) / SEGMENT_BYTES;

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>(); // guarded by lock

  ByteBuffer take() {
    lock.lock();
    try {
      ByteBuffer kept = free.pollLast();
      if (kept != null) {
        return kept.clear();
      }
    } finally {
      lock.unlock();
    }
    return ByteBuffer.allocateDirect(SEGMENT_BYTES);
  }

  void give(ByteBuffer segment) {
    if (segment.capacity() != SEGMENT_BYTES) {
      return;
    }
    lock.lock();
    try {
      if (free.size() < RETAINED_SEGMENTS) {
        free.addLast(segment);
      }
    } finally {
      lock.unlock();
    }
  }
}

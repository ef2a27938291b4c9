package com.jstorrent.iodaemon.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Direct buffers of one size. They are kept, because making one costs a clearing and a native
 * allocation, and because the memory of one that is thrown away comes back only when the collector
 * looks at the oldest objects, which may take hours; last in, first out, because a warm one is
 * cheaper. Any thread may call it.
 */
public final class BufferPool {
  private final int bufferBytes;
  private final int retained;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>(); // guarded by lock

  /**
   * @param retained how many idle ones are kept; what comes back beyond it is left to the collector
   */
  public BufferPool(int bufferBytes, int retained) {
    this.bufferBytes = bufferBytes;
    this.retained = retained;
  }

  /** The capacity of each buffer. */
  public int bufferBytes() {
    return bufferBytes;
  }

  /** An empty buffer, big-endian like any new one. */
  public ByteBuffer take() {
    lock.lock();
    try {
      ByteBuffer kept = free.pollLast();
      if (kept != null) {
        return kept.clear().order(ByteOrder.BIG_ENDIAN);
      }
    } finally {
      lock.unlock();
    }
    return ByteBuffer.allocateDirect(bufferBytes);
  }

  /** From here on the caller must not use it. One of another size is left to the collector. */
  public void give(ByteBuffer buffer) {
    if (buffer.capacity() != bufferBytes) {
      return;
    }
    lock.lock();
    try {
      if (free.size() < retained) {
        free.addLast(buffer);
      }
    } finally {
      lock.unlock();
    }
  }
}

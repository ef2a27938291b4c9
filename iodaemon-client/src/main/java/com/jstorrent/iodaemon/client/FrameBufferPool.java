package com.jstorrent.iodaemon.client;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A pool of buffers for the large frames of one connection. Buffers are reused because the JVM clears new memory,
 * which costs as much as copying the frame. They are outside the heap, where the system can put data without
 * another copy. A small frame gets memory on the heap, and so does any other when it is longer than a buffer, when
 * all buffers are in use, or when the JVM has no direct memory left. Thread-safe.
 */
final class FrameBufferPool {
  private static final int MIN_BYTES = 16 << 10;
  private static final int HEADER_BYTES = 64;
  private static final int BUFFER_BYTES = (256 << 10) + HEADER_BYTES; // the most that the daemon reads from a peer at once, with headers
  static final int MAX_BUFFERS = 16;

  private final IntFunction<ByteBuffer> outsideHeap;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<ByteBuffer> free = new ArrayDeque<>(); // guarded by lock, like the field below
  private int allocated;

  FrameBufferPool() {
    this(ByteBuffer::allocateDirect);
  }

  /**
   * @param outsideHeap makes a direct buffer of that many bytes, or throws OutOfMemoryError
   */
  FrameBufferPool(IntFunction<ByteBuffer> outsideHeap) {
    this.outsideHeap = outsideHeap;
  }

  static boolean isLarge(int bytes) {
    return bytes >= MIN_BYTES;
  }

  /** A buffer outside the heap, or in it when the JVM has no direct memory left. It is not given back. */
  static ByteBuffer allocate(int bytes, IntFunction<ByteBuffer> outsideHeap) {
    try {
      return outsideHeap.apply(bytes);
    } catch (OutOfMemoryError e) { // -XX:MaxDirectMemorySize
      return ByteBuffer.allocate(bytes);
    }
  }

  /** A buffer for that many bytes. */
  ByteBuffer acquire(int bytes) {
    ByteBuffer used = isLarge(bytes) && bytes <= BUFFER_BYTES ? buffer() : null;
    return used == null ? ByteBuffer.allocate(bytes) : used.clear().limit(bytes);
  }

  private @Nullable ByteBuffer buffer() {
    lock.lock();
    try {
      if (free.isEmpty() && allocated < MAX_BUFFERS) {
        ByteBuffer buffer = outsideHeap.apply(BUFFER_BYTES);
        allocated++;
        return buffer;
      }
      return free.poll();
    } catch (OutOfMemoryError e) { // -XX:MaxDirectMemorySize; the JVM takes half a second to find out, so it is not asked again
      allocated = MAX_BUFFERS;
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes back a buffer from {@link #acquire} that is no longer used.
   *
   * @param buffer the buffer itself, once
   */
  void release(ByteBuffer buffer) {
    if (buffer.isDirect()) {
      lock.lock();
      try {
        free.push(buffer); // the next frame gets it, while it is still in the processor's cache
      } finally {
        lock.unlock();
      }
    }
  }
}

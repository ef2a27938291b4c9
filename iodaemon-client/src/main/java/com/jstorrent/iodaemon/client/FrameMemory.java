package com.jstorrent.iodaemon.client;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Memory for the large frames of one connection, which is used again: the JVM clears new memory, and that costs as
 * much as the frame's copy. It is outside the heap, where the system can put data without a copy. When
 * all of it is in use, or the JVM has none left, and for a small frame, there is memory on the heap. Thread-safe.
 */
final class FrameMemory {
  private static final int LEAST_BYTES = 16 << 10;
  private static final int HEADER_BYTES = 64;
  private static final int BUFFER_BYTES = (256 << 10) + HEADER_BYTES; // what the daemon reads at once from a peer
  static final int MOST_BUFFERS = 16;

  private final IntFunction<ByteBuffer> outsideHeap;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<ByteBuffer> free = new ArrayDeque<>(); // guarded by lock, as below
  private int made;

  FrameMemory() {
    this(ByteBuffer::allocateDirect);
  }

  /**
   * @param outsideHeap makes a buffer of so many bytes, or throws OutOfMemoryError
   */
  FrameMemory(IntFunction<ByteBuffer> outsideHeap) {
    this.outsideHeap = outsideHeap;
  }

  static boolean isLarge(int bytes) {
    return bytes >= LEAST_BYTES;
  }

  /** Memory for so many bytes. */
  ByteBuffer take(int bytes) {
    ByteBuffer used = isLarge(bytes) && bytes <= BUFFER_BYTES ? buffer() : null;
    return used == null ? ByteBuffer.allocate(bytes) : used.clear().limit(bytes);
  }

  private @Nullable ByteBuffer buffer() {
    lock.lock();
    try {
      if (free.isEmpty() && made < MOST_BUFFERS) {
        ByteBuffer buffer = outsideHeap.apply(BUFFER_BYTES);
        made++;
        return buffer;
      }
      return free.poll();
    } catch (OutOfMemoryError e) { // -XX:MaxDirectMemorySize; it takes the JVM half a second to find out
      made = MOST_BUFFERS;
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes back what {@link #take} has given, when it is not used any more.
   *
   * @param memory that very buffer, once
   */
  void giveBack(ByteBuffer memory) {
    if (memory.isDirect()) {
      lock.lock();
      try {
        free.push(memory); // the next frame gets it, while it is in the processor's cache
      } finally {
        lock.unlock();
      }
    }
  }
}

package com.jstorrent.iodaemon.transport;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers of one size. They are kept, because allocating one costs a native call and the
 * clearing of its memory, and because the memory of one that is thrown away comes back only when the
 * collector looks at the oldest objects, which may take hours. Last in, first out, because a warm
 * buffer is cheaper. Any thread may call it.
 */
public final class BufferPool {
  /**
   * Buffers begin at a multiple of this. An allocator puts a large one 16 bytes after the beginning of
   * a page, and from there processors with fast short string moves copy at half the speed
   * (docs/performance.md).
   */
  private static final int CACHE_LINE_BYTES = 64;

  private final int bufferBytes;
  private final int retained;
  private final @Nullable MonotonicClock clock;
  private final LongConsumer onDiscarded;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>(); // guarded by lock
  private int unused; // guarded by lock; how many were free all the time since the last trim
  private boolean trimScheduled; // guarded by lock
  private int inUse; // guarded by lock

  /**
   * A pool without a clock.
   *
   * @param retained how many idle buffers are kept; further ones that come back are left to the
   *     collector
   */
  public BufferPool(int bufferBytes, int retained) {
    this(bufferBytes, retained, null, bytes -> {});
  }

  /**
   * A pool that keeps all buffers that come back, so that bursts need no more than are in use at once,
   * and then leaves to the collector those that were not needed for {@link Limits#IDLE_BUFFERS}.
   *
   * @param retained how many idle buffers are kept for good
   * @param onDiscarded is told how many bytes were left to the collector, on the clock's thread
   */
  public static BufferPool trimmed(
      int bufferBytes, int retained, MonotonicClock clock, LongConsumer onDiscarded) {
    return new BufferPool(bufferBytes, retained, clock, onDiscarded);
  }

  private BufferPool(
      int bufferBytes, int retained, @Nullable MonotonicClock clock, LongConsumer onDiscarded) {
    this.bufferBytes = bufferBytes;
    this.retained = retained;
    this.clock = clock;
    this.onDiscarded = onDiscarded;
  }

  /** The capacity of each buffer. */
  public int bufferBytes() {
    return bufferBytes;
  }

  /** How many idle ones there are. */
  public int idle() {
    lock.lock();
    try {
      return free.size();
    } finally {
      lock.unlock();
    }
  }

  /** How many were taken and have not come back. */
  public int inUse() {
    lock.lock();
    try {
      return inUse;
    } finally {
      lock.unlock();
    }
  }

  /** An empty buffer, big-endian like any new one. */
  public ByteBuffer take() {
    lock.lock();
    try {
      inUse++;
      ByteBuffer kept = free.pollLast();
      if (kept != null) {
        unused = Math.min(unused, free.size());
        return kept.clear().order(ByteOrder.BIG_ENDIAN);
      }
    } finally {
      lock.unlock();
    }
    return allocate();
  }

  private ByteBuffer allocate() {
    ByteBuffer memory = ByteBuffer.allocateDirect(bufferBytes + CACHE_LINE_BYTES - 1);
    int offset = -memory.alignmentOffset(0, CACHE_LINE_BYTES) & CACHE_LINE_BYTES - 1;
    return memory.slice(offset, bufferBytes);
  }

  /** This many empty buffers. */
  public List<ByteBuffer> take(int count) {
    List<ByteBuffer> taken = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      taken.add(take());
    }
    return taken;
  }

  /**
   * A buffer for the next bytes of something that grows: on the heap and no larger than necessary, as
   * long as that is at most half of one from the pool, so that many things of a few bytes each do not
   * hold a large buffer each.
   */
  public ByteBuffer takeFor(int bytes) {
    return bytes <= bufferBytes / 2 ? ByteBuffer.allocate(bytes) : take();
  }

  /**
   * Takes a buffer back; from here on the caller must not use it. One on the heap or of another size is
   * left to the collector.
   */
  public void give(ByteBuffer buffer) {
    if (!buffer.isDirect() || buffer.capacity() != bufferBytes) {
      return;
    }
    lock.lock();
    try {
      inUse--;
      if (free.size() < retained) {
        free.addLast(buffer);
      } else if (clock != null) {
        free.addLast(buffer);
        scheduleTrim(clock);
      }
    } finally {
      lock.unlock();
    }
  }

  private void scheduleTrim(MonotonicClock timer) {
    if (!trimScheduled) {
      trimScheduled = true;
      unused = 0;
      timer.schedule(Limits.IDLE_BUFFERS, () -> trim(timer));
    }
  }

  /** Leaves to the collector what was not needed since the last trim, the coldest first. */
  private void trim(MonotonicClock timer) {
    int discarded = 0;
    lock.lock();
    try {
      for (; discarded < unused && free.size() > retained; discarded++) {
        free.pollFirst();
      }
      trimScheduled = false;
      if (free.size() > retained) {
        scheduleTrim(timer);
        unused = free.size();
      }
    } finally {
      lock.unlock();
    }
    if (discarded > 0) {
      onDiscarded.accept((long) discarded * bufferBytes);
    }
  }
}

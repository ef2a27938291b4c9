package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.transport.BufferPool;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of bytes that grows at its end, can be read anywhere and shrinks from its beginning. A
 * position counts from the first byte that was ever appended. Not thread-safe.
 */
final class KeptBytes {
  private static final int FIRST_SEGMENT_BYTES = 512;

  /** A part of the sequence, in a buffer of its own. */
  private static final class Segment {
    final ByteBuffer buffer;
    final BufferPool pool; // where the buffer goes afterwards
    final int offset; // of the first byte in the buffer
    int length;

    Segment(ByteBuffer buffer, BufferPool pool, int offset, int length) {
      this.buffer = buffer;
      this.pool = pool;
      this.offset = offset;
      this.length = length;
    }
  }

  private final BufferPool pool;
  private final ArrayDeque<Segment> segments = new ArrayDeque<>(0);
  private @Nullable Segment tail; // has room for more, or is null
  private final List<Segment> shared = new ArrayList<>(0); // their buffers are still used by the caller as well
  private long base; // position of the first segment's first byte
  private long start;
  private long end;
  private long capacity;

  /**
   * @param pool the pool of the large segments; a sequence with few bytes has smaller ones
   */
  KeptBytes(BufferPool pool) {
    this.pool = pool;
  }

  /** Position of the first byte that is kept. */
  long start() {
    return start;
  }

  /** Position after the last byte. */
  long end() {
    return end;
  }

  /** How much memory it takes, in bytes. */
  long capacity() {
    return capacity;
  }

  /** Appends a copy. */
  void append(ByteBuffer bytes) {
    end += bytes.remaining();
    while (bytes.hasRemaining()) {
      Segment last = tail;
      if (last == null || last.length == last.buffer.capacity()) {
        last = newSegment(last);
      }
      int count = Math.min(last.buffer.capacity() - last.length, bytes.remaining());
      last.buffer.put(last.length, bytes, bytes.position(), count);
      last.length += count;
      bytes.position(bytes.position() + count);
    }
  }

  private Segment newSegment(@Nullable Segment last) {
    int size = last == null ? FIRST_SEGMENT_BYTES : 4 * last.buffer.capacity();
    Segment segment = new Segment(pool.takeFor(size), pool, 0, 0);
    add(segment);
    tail = segment;
    return segment;
  }

  private void add(Segment segment) {
    segments.addLast(segment);
    capacity += segment.buffer.capacity();
  }

  /**
   * Appends what remains in a buffer, without copying it. Until the caller calls {@link #transferOwnership}, it
   * may use the buffer but must not change these bytes, and nothing may be read.
   *
   * @param owner gets the buffer when its bytes are discarded
   */
  void appendWithoutCopy(ByteBuffer bytes, BufferPool owner) {
    Segment segment = new Segment(bytes, owner, bytes.position(), bytes.remaining());
    end += segment.length;
    add(segment);
    tail = null;
    shared.add(segment);
  }

  /**
   * The caller no longer needs a buffer whose bytes it has appended, perhaps without a copy.
   *
   * @return false when they were copied, or when the bytes have been discarded meanwhile: then the
   *     buffer belongs to the caller
   */
  boolean transferOwnership(ByteBuffer buffer) {
    for (int i = 0; i < shared.size(); i++) {
      if (shared.get(i).buffer == buffer) {
        shared.remove(i);
        buffer.clear();
        return true;
      }
    }
    return false;
  }

  /** Fills the buffer with the bytes from a position on. */
  void read(long position, ByteBuffer into) {
    long at = base;
    for (Segment segment : segments) {
      long skipped = position - at;
      if (skipped < segment.length && into.hasRemaining()) {
        int count = Math.min(segment.length - (int) skipped, into.remaining());
        into.put(into.position(), segment.buffer, segment.offset + (int) skipped, count);
        into.position(into.position() + count);
        position += count;
      }
      at += segment.length;
    }
  }

  /** Discards the bytes before a position. */
  void discardTo(long position) {
    start = position;
    for (Segment head; (head = segments.peekFirst()) != null
        && base + head.length <= start;) {
      base += head.length;
      giveBack(segments.removeFirst());
    }
  }

  private void giveBack(Segment segment) {
    capacity -= segment.buffer.capacity();
    if (segment == tail) {
      tail = null;
    }
    if (!shared.remove(segment)) {
      segment.pool.give(segment.buffer);
    }
  }
}

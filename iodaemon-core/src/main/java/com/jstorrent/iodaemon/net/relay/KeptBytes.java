package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.transport.BufferPool;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * A sequence of bytes that grows at its end, is read anywhere and shrinks from its beginning. A position
 * counts from the first byte that was ever appended. Not thread-safe.
 */
final class KeptBytes {
  private static final int FIRST_SEGMENT_BYTES = 512;

  private final BufferPool pool;
  private final ArrayDeque<ByteBuffer> segments = new ArrayDeque<>(0); // filled up to their positions
  private long base; // position of the first segment's first byte
  private long start;
  private long end;
  private long capacity;

  /**
   * @param pool of the larger segments; a sequence with few bytes has smaller ones
   */
  KeptBytes(BufferPool pool) {
    this.pool = pool;
  }

  /** Position of the first byte that is kept. */
  long start() {
    return start;
  }

  /** Position behind the last byte. */
  long end() {
    return end;
  }

  /** How much memory it takes, in bytes. */
  long capacity() {
    return capacity;
  }

  void append(ByteBuffer bytes) {
    end += bytes.remaining();
    while (bytes.hasRemaining()) {
      ByteBuffer tail = segments.peekLast();
      if (tail == null || !tail.hasRemaining()) {
        tail = newSegment(tail);
        segments.addLast(tail);
      }
      int count = Math.min(tail.remaining(), bytes.remaining());
      tail.put(tail.position(), bytes, bytes.position(), count);
      tail.position(tail.position() + count);
      bytes.position(bytes.position() + count);
    }
  }

  private ByteBuffer newSegment(ByteBuffer tail) {
    int size = tail == null ? FIRST_SEGMENT_BYTES : 4 * tail.capacity();
    ByteBuffer segment = pool.takeFor(size);
    capacity += segment.capacity();
    return segment;
  }

  /** Fills the buffer with the bytes from a position on. */
  void read(long position, ByteBuffer into) {
    long at = base;
    for (ByteBuffer segment : segments) {
      long skipped = position - at;
      if (skipped < segment.capacity() && into.hasRemaining()) {
        int offset = (int) skipped;
        int count = Math.min(segment.position() - offset, into.remaining());
        into.put(into.position(), segment, offset, count);
        into.position(into.position() + count);
        position += count;
      }
      at += segment.capacity();
    }
  }

  /** Forgets the bytes in front of a position. */
  void discardTo(long position) {
    start = position;
    if (start == end) {
      segments.forEach(this::giveBack);
      segments.clear();
      base = end;
    }
    for (ByteBuffer head; (head = segments.peekFirst()) != null
        && base + head.capacity() <= start;) {
      base += head.capacity();
      giveBack(segments.removeFirst());
    }
  }

  private void giveBack(ByteBuffer segment) {
    capacity -= segment.capacity();
    pool.give(segment);
  }
}

package com.jstorrent.iodaemon.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;

/**
 * Bytes that wait for one peer, in order. Bounded by its user, who asks {@link #bytes} first. Not
 * thread-safe: guarded by the write lock of its socket, but for {@link #bytes}.
 */
final class SendQueue {
  /** The lock of the socket is held for one turn, and the client's reader may wait for it. */
  private static final int TURN_BYTES = 1 << 20;

  private final SegmentPool pool;
  private final ArrayDeque<ByteBuffer> segments = new ArrayDeque<>(0); // positioned for reading
  private volatile long bytes;

  SendQueue(SegmentPool pool) {
    this.pool = pool;
  }

  /** How many bytes wait; any thread may ask. */
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return segments.isEmpty();
  }

  /** Copies what remains in {@code data}. */
  void add(ByteBuffer data) {
    bytes += data.remaining();
    fillTail(data);
    while (data.hasRemaining()) {
      segments.addLast(newSegment(data.remaining()).limit(0));
      fillTail(data);
    }
  }

  /**
   * Segments double in size while a queue grows, so that many slow peers with few bytes each do not
   * hold many times that in memory; only full-sized ones come from the pool.
   */
  private ByteBuffer newSegment(int needed) {
    ByteBuffer tail = segments.peekLast();
    int size = Math.max(needed, tail == null ? 0 : 2 * tail.capacity());
    return size <= SegmentPool.SEGMENT_BYTES / 2 ? ByteBuffer.allocate(size) : pool.take();
  }

  private void fillTail(ByteBuffer data) {
    ByteBuffer tail = segments.peekLast();
    if (tail == null) {
      return;
    }
    int end = tail.limit();
    int count = Math.min(tail.capacity() - end, data.remaining());
    tail.limit(end + count);
    tail.put(end, data, data.position(), count);
    data.position(data.position() + count);
  }

  /**
   * Writes until the channel takes no more, or for one turn, and returns how many bytes it took.
   */
  long writeTo(WritableByteChannel channel) throws IOException {
    long written = 0;
    try {
      for (ByteBuffer head; written < TURN_BYTES && (head = segments.peekFirst()) != null;) {
        written += channel.write(head);
        if (head.hasRemaining()) {
          break;
        }
        pool.give(segments.removeFirst());
      }
    } finally {
      bytes -= written;
    }
    return written;
  }

  /** Forgets everything, and returns how many bytes that were. */
  long clear() {
    segments.forEach(pool::give);
    segments.clear();
    long forgotten = bytes;
    bytes = 0;
    return forgotten;
  }
}

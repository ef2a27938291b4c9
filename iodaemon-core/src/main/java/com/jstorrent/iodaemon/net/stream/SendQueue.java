package com.jstorrent.iodaemon.net.stream;

import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Bytes that wait for one peer, in order. Bounded by its user, who asks {@link #bytes} first. Not
 * thread-safe: guarded by the output lock of its socket, except {@link #bytes}.
 */
public final class SendQueue {
  /**
   * What is written in one turn, for which the socket's lock is held, while the client's reader may
   * wait for it.
   */
  private static final int TURN_BYTES = 1 << 20;

  private static final long NO_BARRIER = -1;

  /** Takes as many bytes as it can, without blocking. */
  @FunctionalInterface
  public interface Sink {
    int write(ByteBuffer from) throws IOException;
  }

  private final BufferPool pool;
  private final ArrayDeque<ByteBuffer> segments = new ArrayDeque<>(0); // positioned for reading
  private volatile long bytes;
  private long capacity; // of the segments
  private long beforeBarrier = NO_BARRIER;

  public SendQueue(BufferPool pool) {
    this.pool = pool;
  }

  /** How many bytes wait; any thread may ask. */
  public long bytes() {
    return bytes;
  }

  /** How much memory they take, in bytes. */
  public long capacity() {
    return capacity;
  }

  public boolean isEmpty() {
    return segments.isEmpty();
  }

  /** Holds back what is added from here on, until {@link #liftBarrier}. */
  public void raiseBarrier() {
    beforeBarrier = bytes;
  }

  public void liftBarrier() {
    beforeBarrier = NO_BARRIER;
  }

  public boolean hasBarrier() {
    return beforeBarrier != NO_BARRIER;
  }

  /** Whether everything before the barrier has been written. */
  public boolean atBarrier() {
    return beforeBarrier == 0;
  }

  /** Copies what remains in {@code data}. */
  public void add(ByteBuffer data) {
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
    ByteBuffer segment = pool.takeFor(size);
    capacity += segment.capacity();
    return segment;
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

  /** Writes until the sink takes no more, or for one turn, and returns how many bytes it took. */
  public long writeTo(Sink sink) throws IOException {
    long written = 0;
    try {
      for (ByteBuffer head; written < TURN_BYTES && (head = segments.peekFirst()) != null;) {
        int allowed = allowed(head.remaining(), written);
        if (allowed == 0) {
          break;
        }
        written += write(head, allowed, sink);
        if (head.hasRemaining()) {
          break;
        }
        giveBack(segments.removeFirst());
      }
    } finally {
      bytes -= written;
      beforeBarrier -= hasBarrier() ? written : 0;
    }
    return written;
  }

  private void giveBack(ByteBuffer segment) {
    capacity -= segment.capacity();
    pool.give(segment);
  }

  private int allowed(int remaining, long written) {
    return hasBarrier() ? (int) Math.min(remaining, beforeBarrier - written) : remaining;
  }

  private static int write(ByteBuffer head, int allowed, Sink sink) throws IOException {
    int end = head.limit(); // where the next bytes are added
    int start = head.position();
    head.limit(start + allowed);
    try {
      sink.write(head);
    } finally {
      head.limit(end);
    }
    return head.position() - start;
  }

  /** Discards everything; returns how many bytes that were. */
  public long clear() {
    segments.forEach(this::giveBack);
    segments.clear();
    long forgotten = bytes;
    bytes = 0;
    beforeBarrier = hasBarrier() ? 0 : NO_BARRIER;
    return forgotten;
  }
}

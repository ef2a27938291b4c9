package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * An answer in JSON that is made in memory before it is sent: beyond its first bytes in segments outside the heap,
 * each of which is given back once it is sent. Used by one thread at a time.
 */
final class HeldAnswer implements Reply.Source {
  /** The first bytes, which are not counted: its connection needs about as much anyway. */
  private static final int FIRST_BYTES = 4 << 10;

  /** An answer grows by this many segments at a time, at most. */
  private static final int STEP_SEGMENTS = 4;

  private final GrowthBudget.Reservation reservation;
  private final long most;
  private final BufferPool pool;
  private final CharsetEncoder encoder =
      StandardCharsets.UTF_8
          .newEncoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private final Deque<ByteBuffer> full = new ArrayDeque<>(1);
  private final Deque<ByteBuffer> empty = new ArrayDeque<>(STEP_SEGMENTS);
  private int segments;
  private long length;

  /**
   * @param reservation for its segments
   * @param most bytes of segments that it may have
   * @param pool provides its segments
   */
  HeldAnswer(GrowthBudget.Reservation reservation, long most, BufferPool pool) {
    this.reservation = reservation;
    this.most = most;
    this.pool = pool;
    empty.add(ByteBuffer.allocate(FIRST_BYTES));
  }

  /** Whether this many bytes can be appended without waiting for memory. */
  boolean hasRoom(int bytes) {
    long left = 0;
    for (ByteBuffer each : empty) {
      left += each.remaining();
    }
    return left >= bytes;
  }

  /**
   * Takes memory for this many bytes. Blocks until there is some.
   *
   * @throws OperationFailure EBUSY when there is none in time; EINVAL when the answer is too long
   */
  void reserve(int bytes) throws OperationFailure {
    while (!hasRoom(bytes)) {
      int step = Math.clamp(segments, 1, STEP_SEGMENTS);
      if ((long) (segments + step) * Limits.SEGMENT_BYTES > most) {
        throw new OperationFailure(
            FailureCode.EINVAL, "The answer would have more than " + most + " bytes.");
      }
      reservation.grow((long) step * Limits.SEGMENT_BYTES);
      empty.addAll(pool.take(step));
      segments += step;
    }
  }

  /** Appends a text for which there is room. */
  void append(String text) {
    CharBuffer left = CharBuffer.wrap(text);
    encoder.reset();
    while (left.hasRemaining()) {
      ByteBuffer into = empty.getFirst();
      int before = into.position();
      encoder.encode(left, into, true);
      length += into.position() - before;
      if (left.hasRemaining()) { // not even a character fits
        full.addLast(empty.removeFirst().flip());
      }
    }
  }

  /** The answer, which from now on has to be closed by its receiver. */
  Reply reply() {
    full.addLast(empty.removeFirst().flip());
    int unused = empty.size();
    empty.forEach(pool::give);
    empty.clear();
    segments -= unused;
    reservation.shrink((long) unused * Limits.SEGMENT_BYTES);
    return new Reply(
        Reply.OK, Map.of(), new Reply.Streamed("application/json", length, this));
  }

  @Override
  public void writeTo(WritableByteChannel out) throws IOException {
    for (ByteBuffer next; (next = full.peekFirst()) != null;) {
      reservation.beginTransfer();
      try {
        while (next.hasRemaining()) {
          out.write(next);
        }
      } finally {
        reservation.endTransfer();
      }
      full.removeFirst();
      if (next.isDirect()) {
        pool.give(next);
        reservation.shrink(Limits.SEGMENT_BYTES);
      }
    }
  }

  @Override
  public void close() {
    full.forEach(pool::give); // the pool ignores the buffer on the heap
    full.clear();
    empty.forEach(pool::give);
    empty.clear();
    reservation.close();
  }
}

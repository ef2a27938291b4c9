package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Assembles a message that does not arrive at once. Its memory is at most about twice the bytes received, however
 * many fragments there are: a client may send one byte, or none, in each. A few bytes are held in an array that
 * grows, more in segments. Not thread-safe.
 */
final class PartialMessage implements LargeFrame {
  private static final int FIRST_BYTES = 512;
  private static final int LARGEST_ARRAY = Limits.SEGMENT_BYTES / 2;

  private final Buffers segments;
  private final ArrayDeque<ByteBuffer> parts = new ArrayDeque<>(0); // positioned for reading
  private int length;
  private boolean begun;

  PartialMessage(Buffers segments) {
    this.segments = segments;
  }

  /** Whether a message has begun and is not complete. */
  boolean isBegun() {
    return begun;
  }

  void begin() {
    begun = true;
  }

  /** The number of bytes received. */
  int length() {
    return length;
  }

  /**
   * Appends what remains in the buffer. May wait for memory.
   *
   * @throws IOException when the connection has to end for want of memory
   */
  void add(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      ByteBuffer room = room(bytes.remaining());
      int count = room.remaining();
      room.put(room.position(), bytes, bytes.position(), count);
      bytes.position(bytes.position() + count);
      filled(count);
    }
  }

  /**
   * Room for the next bytes, at most {@code most}, in {@link FrameHeader#ORDER}; {@link #filled} must follow. May
   * wait for memory.
   *
   * @throws IOException when the connection has to end for want of memory
   */
  ByteBuffer room(int most) throws IOException {
    ByteBuffer tail = parts.peekLast();
    if (tail == null || tail.limit() == tail.capacity()) {
      tail = grow(tail, most);
    }
    int end = tail.limit();
    return tail.limit(Math.min(tail.capacity(), end + most)).position(end);
  }

  /** Counts the bytes that have been put where {@link #room} begins. */
  void filled(int count) {
    ByteBuffer tail = parts.getLast();
    int end = length - Limits.SEGMENT_BYTES * (parts.size() - 1); // all parts before it are full
    tail.limit(end + count).position(0);
    length += count;
  }

  private ByteBuffer grow(@Nullable ByteBuffer tail, int most) throws IOException {
    boolean array = tail != null && tail.capacity() < Limits.SEGMENT_BYTES;
    int size =
        tail == null
            ? Math.max(FIRST_BYTES, most)
            : array ? Math.max(2 * tail.capacity(), tail.limit() + most)
            : Limits.SEGMENT_BYTES;
    ByteBuffer next = size <= LARGEST_ARRAY ? ByteBuffer.allocate(size) : segments.take();
    next.order(FrameHeader.ORDER);
    if (tail != null && array) {
      next.put(parts.removeLast()).flip();
    } else {
      next.limit(0);
    }
    parts.addLast(next);
    return next;
  }

  /** Gives back the last segment if it is empty. */
  void trim() {
    ByteBuffer tail = parts.peekLast();
    if (tail != null && !tail.hasRemaining()) {
      giveBack(parts.removeLast());
    }
  }

  /** The whole message if it is in one piece, or else null. */
  @Nullable
  ByteBuffer inOnePiece() {
    return parts.isEmpty() ? ByteBuffer.allocate(0) : parts.size() == 1 ? parts.getFirst() : null;
  }

  /** Moves the message to a buffer, which has room for it, and gives its memory back. */
  void moveTo(ByteBuffer whole) {
    for (ByteBuffer part; (part = next()) != null;) {
      whole.put(part);
    }
  }

  @Override
  public int remaining() {
    int sum = 0;
    for (ByteBuffer part : parts) {
      sum += part.remaining();
    }
    return sum;
  }

  @Override
  public @Nullable ByteBuffer next() {
    ByteBuffer first = parts.peekFirst();
    while (first != null && !first.hasRemaining()) {
      giveBack(parts.removeFirst());
      first = parts.peekFirst();
    }
    return first;
  }

  /** Forgets the message, and gives its memory back. */
  void release() {
    for (ByteBuffer part : parts) {
      giveBack(part);
    }
    parts.clear();
    length = 0;
    begun = false;
  }

  private void giveBack(ByteBuffer part) {
    if (part.capacity() == Limits.SEGMENT_BYTES) {
      segments.give(part);
    }
  }
}

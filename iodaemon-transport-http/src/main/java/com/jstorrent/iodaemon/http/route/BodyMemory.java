package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Memory for the bodies of requests. A small one is an array; a large one is held in segments outside
 * the heap, where sockets and files can reach it without a copy. Both are bounded, apart from each
 * other, and both grow with the bytes that come. Any thread may call it.
 */
final class BodyMemory {
  /** A body up to here is small. */
  static final int SMALL_BYTES = 64 << 10;

  /** The unit in which a large body grows. */
  static final int SEGMENT_BYTES = 256 << 10;

  /** So much of each body needs no room: its connection costs as much by itself. */
  private static final int FIRST_BYTES = 4 << 10;

  private final GrowthBudget small;
  private final GrowthBudget large;
  private final BufferPool segments;

  /**
   * @param bytes of all large bodies together
   */
  BodyMemory(long bytes, MonotonicClock clock) {
    small = new GrowthBudget(bytes / 4, clock);
    large = new GrowthBudget(bytes / SEGMENT_BYTES * SEGMENT_BYTES, clock);
    segments = new BufferPool(SEGMENT_BYTES, (int) (bytes / SEGMENT_BYTES));
  }

  /**
   * Reads the whole body. Blocks until there is room, and until it has come.
   *
   * @param most bytes that it may have
   * @throws OperationFailure EFBIG when it is longer, EBUSY when there is no room for too long, or when
   *     it comes slowly and others need its room
   * @throws IOException when the body cannot be read, or ends early
   */
  HeldBody read(Call call, long most) throws OperationFailure, IOException {
    long length = call.bodyLength().orElse(most); // of one in chunks nobody knows
    if (length > most) {
      throw tooLong(most);
    }
    boolean isSmall = length <= SMALL_BYTES;
    GrowthBudget.Claim claim =
        new GrowthBudget.Claim(isSmall ? length : whole(length), call::endBody);
    HeldBody held = new HeldBody(call, (isSmall ? small : large).open(claim), segments);
    boolean complete = false;
    try {
      if (isSmall) {
        readSmall(held, (int) length);
      } else {
        readLarge(held, length);
        requireEnd(call, most);
      }
      complete = true;
      return held;
    } finally {
      if (!complete) {
        held.close();
      }
    }
  }

  private static void requireEnd(Call call, long most) throws OperationFailure, IOException {
    if (call.bodyLength().isEmpty() && call.body().read() >= 0) {
      throw tooLong(most);
    }
  }

  private static long whole(long bytes) {
    return (bytes + SEGMENT_BYTES - 1) / SEGMENT_BYTES * SEGMENT_BYTES;
  }

  private static OperationFailure tooLong(long most) {
    return new OperationFailure(
        FailureCode.EFBIG, "The body of this request may have " + most + " bytes at most.");
  }

  private static void readSmall(HeldBody held, int length) throws OperationFailure, IOException {
    if (length == 0) {
      return;
    }
    ByteBuffer whole;
    if (held.room().tryGrow(length)) {
      whole = ByteBuffer.allocate(length);
    } else {
      ByteBuffer first = ByteBuffer.allocate(Math.min(length, FIRST_BYTES));
      held.read(first);
      held.room().grow(length);
      whole = ByteBuffer.allocate(length).put(first.flip());
    }
    held.read(whole);
    held.add(whole.flip());
  }

  private static void readLarge(HeldBody held, long length) throws OperationFailure, IOException {
    ByteBuffer first = ByteBuffer.allocate(0);
    if (!held.room().tryGrow(SEGMENT_BYTES)) {
      first = ByteBuffer.allocate(FIRST_BYTES);
      held.read(first);
      if (first.hasRemaining()) {
        held.add(first.flip());
        return;
      }
      held.room().grow(SEGMENT_BYTES);
    }
    first.flip();
    for (long left = length; left > 0;) {
      ByteBuffer segment = held.addSegment();
      segment.limit((int) Math.min(segment.capacity(), left)).put(first);
      held.read(segment);
      boolean over = segment.hasRemaining(); // one in chunks has no length before its end
      left = over ? 0 : left - segment.limit();
      segment.flip();
      if (left > 0) {
        held.room().grow(SEGMENT_BYTES);
      }
    }
  }

  /** Takes the parts of a body as they come. */
  @FunctionalInterface
  interface Sink {
    void accept(ByteBuffer part) throws OperationFailure;
  }

  /**
   * Reads a body part by part, however long it is. Blocks as {@link #read} does.
   *
   * @throws OperationFailure from the sink, or EBUSY as for {@link #read}
   * @throws IOException when the body cannot be read
   */
  void forEachPart(Call call, Sink sink) throws OperationFailure, IOException {
    GrowthBudget.Claim claim = new GrowthBudget.Claim(SEGMENT_BYTES, call::endBody);
    try (HeldBody held = new HeldBody(call, large.open(claim), segments)) {
      ByteBuffer first = ByteBuffer.allocate(FIRST_BYTES); // who sends nothing gets no segment
      if (!readPart(held, first, sink)) {
        return;
      }
      held.room().grow(SEGMENT_BYTES);
      ByteBuffer segment = held.addSegment();
      while (readPart(held, segment.clear(), sink)) {}
    }
  }

  /**
   * Fills a part and hands it on, also when the client leaves in the middle of it.
   *
   * @return whether more may follow
   */
  private static boolean readPart(HeldBody held, ByteBuffer part, Sink sink)
      throws OperationFailure, IOException {
    boolean read = false;
    try {
      held.read(part);
      read = true;
    } finally {
      if (!read) {
        sink.accept(part.flip());
      }
    }
    boolean more = !part.hasRemaining();
    sink.accept(part.flip());
    return more;
  }
}

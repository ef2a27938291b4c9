package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Memory for the bodies of requests. A small body is an array; a large one is held in direct buffers,
 * which sockets and files use without a copy. Each kind has its own limit, and memory is taken only as
 * bytes arrive. Thread-safe.
 */
final class BodyMemory {
  /** The most bytes of a small body. */
  static final int SMALL_BYTES = 64 << 10;

  /** The size of the direct buffers that make up a large body. */
  static final int SEGMENT_BYTES = 256 << 10;

  /** The first bytes of a body, which are not counted: its connection needs about as much anyway. */
  private static final int FIRST_BYTES = 4 << 10;

  private final GrowthBudget small;
  private final GrowthBudget large;
  private final BufferPool segments;

  /**
   * @param bytes the limit for all large bodies together
   */
  BodyMemory(long bytes, MonotonicClock clock) {
    small = new GrowthBudget(bytes / 4, clock);
    large = new GrowthBudget(bytes / SEGMENT_BYTES * SEGMENT_BYTES, clock);
    segments = new BufferPool(SEGMENT_BYTES, (int) (bytes / SEGMENT_BYTES));
  }

  /**
   * Reads the whole body. Blocks until there is memory for it, and until it has arrived.
   *
   * @param most bytes that the body may have
   * @throws OperationFailure EFBIG when it is longer; EBUSY when there is no memory for it in time, or
   *     when it comes slowly and others need its memory
   * @throws IOException when the body cannot be read, or ends early
   */
  HeldBody read(Call call, long most) throws OperationFailure, IOException {
    long length = call.bodyLength().orElse(most); // in chunks it may be as long as allowed
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
      boolean over = segment.hasRemaining(); // a body in chunks may end before its limit
      left = over ? 0 : left - segment.limit();
      segment.flip();
      if (left > 0) {
        held.room().grow(SEGMENT_BYTES);
      }
    }
  }

  /** Takes the parts of a body as they arrive. */
  @FunctionalInterface
  interface Sink {
    void accept(ByteBuffer part) throws OperationFailure;
  }

  /**
   * Reads a body of any length part by part. Blocks as {@link #read} does.
   *
   * @throws OperationFailure from the sink, or EBUSY as for {@link #read}
   * @throws IOException when the body cannot be read
   */
  void forEachPart(Call call, Sink sink) throws OperationFailure, IOException {
    GrowthBudget.Claim claim = new GrowthBudget.Claim(SEGMENT_BYTES, call::endBody);
    try (HeldBody held = new HeldBody(call, large.open(claim), segments)) {
      ByteBuffer first = ByteBuffer.allocate(FIRST_BYTES); // an idle client gets no segment
      if (!readPart(held, first, sink)) {
        return;
      }
      held.room().grow(SEGMENT_BYTES);
      ByteBuffer segment = held.addSegment();
      while (readPart(held, segment.clear(), sink)) {}
    }
  }

  /**
   * Fills a part and passes it on; when reading fails, what has arrived is passed on as well.
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

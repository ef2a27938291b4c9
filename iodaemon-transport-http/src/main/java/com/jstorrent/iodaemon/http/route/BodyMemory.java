package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.DaemonMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Memory for the bodies of requests. A small body is an array; a large one is held in segments outside
 * the heap, which sockets and files use without a copy. Each kind has its own limit, and memory is taken
 * only as bytes arrive. Thread-safe.
 */
final class BodyMemory {
  /** The most bytes of a small body. */
  static final int SMALL_BYTES = 64 << 10;

  /** Small bodies together may have the memory of large ones divided by this. */
  private static final int SMALL_PARTS = 4;

  /** A large body grows by this many segments at a time. */
  private static final int STEP_SEGMENTS = Limits.BODY_STEP_BYTES / Limits.SEGMENT_BYTES;

  /** The first bytes of a body, which are not counted: its connection needs about as much anyway. */
  private static final int FIRST_BYTES = 4 << 10;

  /** A body in chunks is assumed to be no longer than this until it turns out to be. */
  private static final long UNKNOWN_BYTES = 1 << 20;

  private final GrowthBudget small;
  private final GrowthBudget large;
  private final GrowthBudget parsed;
  private final BufferPool segments;

  /**
   * @param bytes the limit for all large bodies together
   * @param memory of the daemon
   */
  BodyMemory(long bytes, DaemonMemory memory, MonotonicClock clock) {
    segments = memory.segments();
    MemorySource common = new MemorySource(memory.budget(), Share.COMMON, MemoryUse.BODIES);
    MemorySource reserved =
        new MemorySource(memory.budget(), Share.RESERVED, MemoryUse.SMALL_BODIES);
    long most = Math.min(bytes, common.most());
    large = new GrowthBudget(most / Limits.SEGMENT_BYTES * Limits.SEGMENT_BYTES, common, clock);
    MemorySource heap =
        new MemorySource(memory.budget(), Share.COMMON, MemoryUse.SMALL_BODIES);
    parsed = new GrowthBudget(heap.most(), heap, clock);
    small = new GrowthBudget(Math.min(bytes / SMALL_PARTS, reserved.most()), reserved, clock);
  }

  /**
   * Reads the whole body. Blocks until there is memory for it, and until it has arrived.
   *
   * @param wanted how many bytes the body may have, as far as there can be memory for them
   * @throws OperationFailure EFBIG when it is longer; EBUSY when there is no memory for it in time, or
   *     when it comes slowly and others need its memory
   * @throws IOException when the body cannot be read, or ends early
   */
  HeldBody read(Call call, long wanted) throws OperationFailure, IOException {
    return read(call, wanted, 0);
  }

  /**
   * Like {@link #read(Call, long)}, for a request that needs more memory beside its body.
   *
   * @param beside the most bytes that it needs beside its body
   */
  HeldBody read(Call call, long wanted, long beside) throws OperationFailure, IOException {
    long most = Math.min(wanted, Math.max(large.total() - beside, large.total() / 2));
    long length = call.bodyLength().orElse(most); // in chunks, it may be as long as is allowed
    if (length > most) {
      throw tooLong(most);
    }
    boolean isSmall = length <= SMALL_BYTES;
    long bytes = isSmall ? length : segments(length) * Limits.SEGMENT_BYTES;
    long known = call.bodyLength().isPresent() ? bytes : Math.min(bytes, UNKNOWN_BYTES);
    GrowthBudget.Claim claim = new GrowthBudget.Claim(known, bytes, call::endBody);
    HeldBody held = new HeldBody(call, (isSmall ? small : large).open(claim), segments);
    boolean complete = false;
    try {
      if (isSmall) {
        readSmall(held, (int) length);
      } else {
        readLarge(held, length);
        requireEnd(call, most);
      }
      held.reservation().complete();
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

  /** How many segments these bytes take. */
  static long segments(long bytes) {
    return (bytes + Limits.SEGMENT_BYTES - 1) / Limits.SEGMENT_BYTES;
  }

  /** How many segments to add for a body of which this many bytes may follow; at least one. */
  private static int step(long left) {
    return Math.clamp(segments(left), 1, STEP_SEGMENTS);
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
    if (held.reservation().tryGrow(length)) {
      whole = ByteBuffer.allocate(length);
    } else {
      ByteBuffer first = ByteBuffer.allocate(Math.min(length, FIRST_BYTES));
      held.read(first);
      held.reservation().grow(length);
      whole = ByteBuffer.allocate(length).put(first.flip());
    }
    held.read(whole);
    held.add(whole.flip());
  }

  private static void readLarge(HeldBody held, long length) throws OperationFailure, IOException {
    ByteBuffer first = ByteBuffer.allocate(0);
    int step = step(length);
    if (!held.reservation().tryGrow((long) step * Limits.SEGMENT_BYTES)) {
      first = ByteBuffer.allocate(FIRST_BYTES);
      held.read(first);
      if (first.hasRemaining()) {
        held.add(first.flip());
        return;
      }
      held.reservation().grow((long) step * Limits.SEGMENT_BYTES);
    }
    first.flip();
    for (long left = length; left > 0;) {
      List<ByteBuffer> next = held.addSegments(step);
      for (ByteBuffer each : next) {
        each.limit((int) Math.min(each.capacity(), left));
        left -= each.limit();
      }
      next.getFirst().put(first);
      held.read(next);
      boolean over = next.getLast().hasRemaining(); // a body in chunks may end before its limit
      next.forEach(ByteBuffer::flip);
      if (over) {
        return;
      }
      if (left > 0) {
        step = step(left);
        held.reservation().grow((long) step * Limits.SEGMENT_BYTES);
      }
    }
  }

  /**
   * A reservation on the heap for what is parsed from a body.
   *
   * @param most bytes that it may need
   */
  GrowthBudget.Reservation forParsed(Call call, long most) {
    return parsed.open(new GrowthBudget.Claim(most, call::endBody));
  }

  /** The most bytes that all large bodies can ever have together. */
  long total() {
    return large.total();
  }

  /** Takes the parts of a body as they arrive. */
  @FunctionalInterface
  interface Sink {
    void accept(List<ByteBuffer> part) throws OperationFailure;
  }

  /**
   * Reads a body of any length part by part. Blocks as {@link #read} does.
   *
   * @throws OperationFailure from the sink, or EBUSY as for {@link #read}
   * @throws IOException when the body cannot be read
   */
  void forEachPart(Call call, Sink sink) throws OperationFailure, IOException {
    int step = step(call.bodyLength().orElse(Long.MAX_VALUE - Limits.SEGMENT_BYTES));
    long bytes = (long) step * Limits.SEGMENT_BYTES;
    GrowthBudget.Claim claim = new GrowthBudget.Claim(bytes, call::endBody);
    try (HeldBody held = new HeldBody(call, large.open(claim), segments)) {
      List<ByteBuffer> first =
          List.of(ByteBuffer.allocate(FIRST_BYTES)); // an idle client gets no segment
      if (!readPart(held, first, sink)) {
        return;
      }
      held.reservation().grow(bytes);
      List<ByteBuffer> part = held.addSegments(step);
      while (readPart(held, part, sink)) {
        part.forEach(ByteBuffer::clear);
      }
    }
  }

  /**
   * Fills a part and passes it on; when reading fails, what has arrived is passed on as well.
   *
   * @return whether more may follow
   */
  private static boolean readPart(HeldBody held, List<ByteBuffer> part, Sink sink)
      throws OperationFailure, IOException {
    boolean more = false;
    try {
      held.read(part);
      more = !part.getLast().hasRemaining();
    } finally {
      part.forEach(ByteBuffer::flip);
      sink.accept(part);
    }
    return more;
  }
}

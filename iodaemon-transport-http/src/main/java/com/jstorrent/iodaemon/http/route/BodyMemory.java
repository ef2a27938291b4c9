package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for the bodies of requests. A small one is an array; a large one is held in pieces outside the
 * heap, where sockets and files can reach it without a copy. Both are bounded, apart from each other:
 * small bodies need not wait for large ones which arrive slowly. Any thread may call it.
 */
final class BodyMemory {
  /** A body up to here is small. */
  static final int SMALL_BYTES = 64 << 10;

  private static final int FIRST_BYTES = 4 << 10;

  private static final String BUSY =
      "Too many writes are waiting for memory; try again in a moment.";

  private final MemoryBudget small;
  private final PieceBuffers large;

  /**
   * @param bytes of all large bodies together
   */
  BodyMemory(long bytes, MonotonicClock clock) {
    small = new MemoryBudget(bytes / 4, BUSY, clock);
    large = new PieceBuffers(bytes, BUSY, clock);
  }

  /** Bytes of a body, in order; closing it gives their room to others. */
  final class Held implements AutoCloseable {
    private final List<ByteBuffer> parts = new ArrayList<>();
    private final long room;

    private Held(long room) {
      this.room = room;
    }

    /** Whether checking and writing it takes no time worth a thread of its own. */
    boolean isSmall() {
      return room <= SMALL_BYTES;
    }

    /** Views of the bytes, to be read once. */
    List<ByteBuffer> parts() {
      List<ByteBuffer> views = new ArrayList<>(parts.size());
      for (ByteBuffer part : parts) {
        views.add(part.duplicate());
      }
      return views;
    }

    private void fill(Call call) throws IOException {
      for (long left = room; left > 0;) {
        ByteBuffer part = isSmall() ? ByteBuffer.allocate((int) room) : large.take();
        parts.add(part);
        call.read(part.limit((int) Math.min(part.capacity(), left)));
        boolean over = part.hasRemaining(); // a body in chunks has no length before its end
        left = over ? 0 : left - part.limit();
        part.flip();
      }
      if (call.bodyLength().isEmpty() && call.body().read() >= 0) {
        throw new EOFException("The body goes on behind its end.");
      }
    }

    @Override
    public void close() {
      if (isSmall()) {
        small.release(room);
      } else {
        parts.forEach(large::give);
        large.release(room);
      }
    }
  }

  /**
   * Reads the whole body. Blocks until there is room, and until it has come.
   *
   * @throws OperationFailure EBUSY when there is no room for too long
   * @throws IOException when the body cannot be read, or ends early
   */
  Held read(Call call) throws OperationFailure, IOException {
    long length = call.bodyLength().orElse(Limits.BODY_BYTES);
    if (length <= SMALL_BYTES) {
      small.acquire(length);
    } else {
      large.reserve(length);
    }
    Held held = new Held(length);
    boolean filled = false;
    try {
      held.fill(call);
      filled = true;
      return held;
    } finally {
      if (!filled) {
        held.close();
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
   * @throws OperationFailure from the sink, or EBUSY when there is no room for too long
   * @throws IOException when the body cannot be read
   */
  void forEachPart(Call call, Sink sink) throws OperationFailure, IOException {
    ByteBuffer first = ByteBuffer.allocate(FIRST_BYTES); // who sends nothing gets no piece
    if (!readPart(call, first, sink)) {
      return;
    }
    large.reserve(PieceBuffers.PIECE_BYTES);
    ByteBuffer piece = large.take();
    try {
      while (readPart(call, piece.clear(), sink)) {}
    } finally {
      large.give(piece);
      large.release(PieceBuffers.PIECE_BYTES);
    }
  }

  /**
   * Fills a part and hands it on, also when the client leaves in the middle of it.
   *
   * @return whether more may follow
   */
  private static boolean readPart(Call call, ByteBuffer part, Sink sink)
      throws OperationFailure, IOException {
    try {
      call.read(part);
    } catch (IOException e) {
      sink.accept(part.flip());
      throw e;
    }
    boolean more = !part.hasRemaining();
    sink.accept(part.flip());
    return more;
  }
}

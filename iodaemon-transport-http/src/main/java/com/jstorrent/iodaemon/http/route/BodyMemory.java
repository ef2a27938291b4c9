package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * Bodies that are held whole in memory, because they are to be verified before they are written. A
 * part of its own for small ones, so that they need not wait for large ones which arrive slowly. Any
 * thread may call it.
 */
final class BodyMemory {
  /** A body up to here is small. */
  static final int SMALL_BYTES = 1 << 20;

  private static final String BUSY =
      "Too many writes are waiting for memory; try again in a moment.";

  private final MemoryBudget small;
  private final MemoryBudget large;

  BodyMemory(long bytes) {
    small = new MemoryBudget(bytes / 2, BUSY);
    large = new MemoryBudget(bytes, BUSY);
  }

  /** Bytes of a body; closing it gives their room to others. */
  record Held(ByteBuffer bytes, MemoryBudget budget, long room) implements AutoCloseable {
    @Override
    public void close() {
      budget.release(room);
    }
  }

  /**
   * Reads so many bytes, or all there are. Blocks until there is room, and until they have come.
   *
   * @throws OperationFailure EBUSY when there is no room for too long
   * @throws IOException when the body cannot be read, or ends early
   */
  Held read(InputStream body, OptionalLong length) throws OperationFailure, IOException {
    long room = length.orElse(Limits.BODY_BYTES);
    MemoryBudget budget = room > SMALL_BYTES ? large : small;
    budget.acquire(room);
    boolean read = false;
    try {
      Held held = new Held(ByteBuffer.wrap(bytes(body, length)), budget, room);
      read = true;
      return held;
    } finally {
      if (!read) {
        budget.release(room);
      }
    }
  }

  private static byte[] bytes(InputStream body, OptionalLong length) throws IOException {
    if (length.isEmpty()) {
      return body.readAllBytes();
    }
    byte[] bytes = new byte[(int) length.getAsLong()];
    body.readNBytes(bytes, 0, bytes.length);
    return bytes;
  }
}

package com.jstorrent.iodaemon.http.route;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Reads several buffers as if they were one. Not thread-safe. */
final class PartedBytes {
  private final List<ByteBuffer> parts;
  private int current;
  private long remaining;

  /**
   * @param parts their positions move as they are read
   */
  PartedBytes(List<ByteBuffer> parts) {
    this.parts = parts;
    this.remaining = parts.stream().mapToLong(ByteBuffer::remaining).sum();
  }

  boolean hasRemaining() {
    while (current < parts.size() && !parts.get(current).hasRemaining()) {
      current++;
    }
    return current < parts.size();
  }

  long remaining() {
    return remaining;
  }

  /** The next bytes as views, without a copy; there must be that many. */
  List<ByteBuffer> take(long count) {
    List<ByteBuffer> taken = new ArrayList<>(1);
    for (long left = count; left > 0 && hasRemaining();) {
      ByteBuffer part = parts.get(current);
      int length = (int) Math.min(left, part.remaining());
      taken.add(part.slice(part.position(), length));
      part.position(part.position() + length);
      left -= length;
      remaining -= length;
    }
    return taken;
  }

  /** Skips this many bytes, or all that are there if they are fewer. */
  void skip(long count) {
    for (long left = count; left > 0 && hasRemaining();) {
      ByteBuffer part = parts.get(current);
      int length = (int) Math.min(left, part.remaining());
      part.position(part.position() + length);
      left -= length;
      remaining -= length;
    }
  }

  /** The bytes that were not taken yet, as a stream. */
  InputStream stream() {
    return new InputStream() {
      @Override
      public int read() {
        return hasRemaining() ? Byte.toUnsignedInt(take(1).getFirst().get()) : -1;
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        if (!hasRemaining()) {
          return length == 0 ? 0 : -1;
        }
        ByteBuffer part = parts.get(current);
        int count = Math.min(length, part.remaining());
        part.get(into, offset, count);
        remaining -= count;
        return count;
      }
    };
  }

  /** A copy of the next bytes in one little-endian buffer; there must be that many. */
  ByteBuffer copy(int count) {
    ByteBuffer copy = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    take(count).forEach(copy::put);
    return copy.flip();
  }
}

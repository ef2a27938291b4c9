package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Buffers what was read from the client. Heads are read through it byte by byte; large reads of bodies
 * bypass it. An idle connection needs a small array only, which holds most heads. Not thread-safe.
 */
final class InputBuffer {
  private static final int IDLE_CAPACITY = 1 << 10;
  private static final int CAPACITY = 4 << 10;

  /** From this length on, a read goes past the buffer: the copy would cost more than it saves. */
  private static final int LARGE_READ = 512;

  private final InputStream source;
  private byte[] bytes = new byte[IDLE_CAPACITY];
  private int position;
  private int end;

  InputBuffer(InputStream source) {
    this.source = source;
  }

  /** How many bytes can be taken without waiting. */
  int length() {
    return end - position;
  }

  /** Shrinks to the small array until more has to be buffered. */
  void shrink() {
    if (bytes.length > IDLE_CAPACITY && length() <= IDLE_CAPACITY) {
      resize(IDLE_CAPACITY);
    }
  }

  private void resize(int capacity) {
    byte[] moved = new byte[capacity];
    System.arraycopy(bytes, position, moved, 0, length());
    bytes = moved;
    end -= position;
    position = 0;
  }

  /**
   * Reads more from the client, at least one byte and as much as fits; blocks until it comes. Reads
   * nothing when the buffer is full.
   *
   * @return false when the client has ended its side
   */
  boolean fill() throws IOException {
    if (end == bytes.length && end < CAPACITY) {
      resize(CAPACITY); // more has arrived than fitted
    } else {
      System.arraycopy(bytes, position, bytes, 0, length());
      end -= position;
      position = 0;
    }
    int count = source.read(bytes, end, bytes.length - end);
    end += Math.max(count, 0);
    return count >= 0;
  }

  /** The next byte, or -1 at the end; blocks until it comes. */
  int read() throws IOException {
    if (position == end && !fill()) {
      return -1;
    }
    return Byte.toUnsignedInt(bytes[position++]);
  }

  /** Like {@link InputStream#read(byte[], int, int)}. */
  int read(byte[] into, int offset, int length) throws IOException {
    if (position == end) {
      if (length >= LARGE_READ) {
        return source.read(into, offset, length);
      }
      if (!fill()) {
        return -1;
      }
    }
    int count = Math.min(length, length());
    System.arraycopy(bytes, position, into, offset, count);
    position += count;
    return count;
  }

  /** Moves as many buffered bytes as fit, without waiting, and returns how many. */
  int take(ByteBuffer into) {
    int count = Math.min(into.remaining(), length());
    into.put(bytes, position, count);
    position += count;
    return count;
  }
}

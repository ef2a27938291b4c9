package com.jstorrent.iodaemon.launcher;

import java.nio.ByteBuffer;

/**
 * An endless sequence of pseudo-random bytes, taken in pieces of any size. The sender and the
 * receiver use one each with the same seed. Not thread-safe.
 */
final class SeededBytes {
  private final long seed;
  private long position;

  SeededBytes(long seed) {
    this.seed = seed;
  }

  /** The number of bytes taken so far. */
  long position() {
    return position;
  }

  byte[] next(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = one();
    }
    return bytes;
  }

  /** Takes as many bytes as the buffer has, and fails if they differ. */
  void requireNext(ByteBuffer data) {
    while (data.hasRemaining()) {
      if (data.get() != one()) {
        throw new AssertionError("A wrong byte at " + (position - 1) + ", seed " + seed);
      }
    }
  }

  private byte one() {
    long word = seed + (position >>> 3) * 0x9E3779B97F4A7C15L;
    word = (word ^ word >>> 32) * 0xD6E8FEB86659FD93L;
    word ^= word >>> 32;
    return (byte) (word >>> (position++ & 7) * Byte.SIZE);
  }
}

package com.jstorrent.iodaemon.ws;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/**
 * Masks and unmasks payload, by XOR with a key of four bytes (RFC 6455 § 5.3). Not thread-safe:
 * each reader has its own.
 */
final class Mask {
  private static final int PORTION = 1024;

  private static final long[] NONE = {};

  /** For shorter payloads, copying through the array does not pay off. */
  private static final int BULK_BYTES = 256;

  /**
   * Long payloads are copied through this array in portions that fit into the first-level cache.
   * The two copies cost less than they save, because the JIT optimises a loop over an array long
   * before one over a direct buffer: that is a tenth of the throughput in a daemon's first second.
   * Made for the first long payload after {@link #releasePortion}.
   */
  private long[] portion = NONE;

  /**
   * Masks or unmasks in place.
   *
   * @param buffer in little-endian order; its position does not matter
   * @param from index of the payload's first byte
   * @param to index after its last byte
   * @param key the four bytes of the key as {@code buffer.getInt} reads them
   */
  void apply(ByteBuffer buffer, int from, int to, int key) {
    assert buffer.order() == ByteOrder.LITTLE_ENDIAN;
    int at = to - from >= BULK_BYTES ? applyInPortions(buffer, from, to, key) : from;
    for (int shift = 0; at < to; at++, shift += Byte.SIZE) {
      buffer.put(at, (byte) (buffer.get(at) ^ key >>> shift));
    }
  }

  private long[] portion() {
    if (portion.length == 0) {
      portion = new long[PORTION];
    }
    return portion;
  }

  /** The key for what follows {@code count} bytes of the same payload. */
  static int after(int count, int key) {
    return Integer.rotateRight(key, Byte.SIZE * (count % Integer.BYTES));
  }

  /** Releases the array until the next long payload. */
  void releasePortion() {
    portion = NONE;
  }

  /** Returns the index of the first remaining byte; fewer than eight remain. */
  private int applyInPortions(ByteBuffer buffer, int from, int to, int key) {
    long[] portion = portion();
    long wide = (key & 0xFFFF_FFFFL) | (long) key << Integer.SIZE;
    LongBuffer words =
        buffer.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    while (words.hasRemaining()) {
      int count = Math.min(portion.length, words.remaining());
      words.get(words.position(), portion, 0, count);
      for (int i = 0; i < count; i++) {
        portion[i] ^= wide;
      }
      words.put(portion, 0, count);
    }
    return from + words.limit() * Long.BYTES;
  }
}

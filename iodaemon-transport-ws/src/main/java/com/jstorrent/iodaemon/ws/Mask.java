package com.jstorrent.iodaemon.ws;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** RFC 6455 § 5.3: a client's payload is XORed with a key of four bytes; doing it again undoes it. */
final class Mask {
  private Mask() {}

  /**
   * Masks or unmasks in place, eight bytes at a time.
   *
   * @param buffer in little-endian order; its position does not matter
   * @param from index of the first byte of the payload
   * @param to index behind its last byte
   * @param key the four bytes of the key as {@code buffer.getInt} reads them
   */
  static void apply(ByteBuffer buffer, int from, int to, int key) {
    assert buffer.order() == ByteOrder.LITTLE_ENDIAN;
    long wide = (key & 0xFFFF_FFFFL) | (long) key << Integer.SIZE;
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      buffer.putLong(at, buffer.getLong(at) ^ wide);
    }
    for (int shift = 0; at < to; at++, shift += Byte.SIZE) {
      buffer.put(at, (byte) (buffer.get(at) ^ key >>> shift));
    }
  }
}

package com.jstorrent.iodaemon.launcher.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Pseudo-random bytes that both sides can compute, so that any misplaced data is noticed. */
final class PieceData {
  static final int PIECE_BYTES = 1 << 20;

  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private PieceData() {}

  /** The bytes of one piece. */
  static byte[] of(int piece) {
    byte[] bytes = new byte[PIECE_BYTES];
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long state = (piece + 1L) * GOLDEN;
    while (out.hasRemaining()) {
      state += GOLDEN;
      long mixed = (state ^ state >>> 30) * 0xBF58_476D_1CE4_E5B9L;
      out.putLong(mixed ^ mixed >>> 27);
    }
    return bytes;
  }
}

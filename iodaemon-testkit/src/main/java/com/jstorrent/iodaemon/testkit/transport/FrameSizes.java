package com.jstorrent.iodaemon.testkit.transport;

/** How large and how many the frames of the tests are. */
final class FrameSizes {
  static final int FEW = 100;
  static final int MANY = 1000;
  static final int LARGE = 256 << 10;

  /** More than a transport may hold for an end that does not read. */
  static final int MUCH = 64 << 20;

  private FrameSizes() {}

  /** Sizes around those at which wire formats change. */
  static int[] all() {
    return new int[] {
        8, 1, 125, 126, 127, 4095, 4096, 4097, 65_535, 65_536, 300_000, 12, Connected.FRAME_LIMIT};
  }

  /** A small frame that differs from its neighbours. */
  static byte[] numbered(int number) {
    return new byte[] {(byte) number, (byte) (number >> 8)};
  }
}

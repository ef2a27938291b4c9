package com.jstorrent.iodaemon.client.files;

import java.util.OptionalLong;

/**
 * Some bytes of a file.
 *
 * @param offset of the first byte
 * @param length how many bytes; empty for all up to the end of the file
 */
public record ByteRange(long offset, OptionalLong length) {
  /**
   * @throws IllegalArgumentException when a number is negative
   */
  public ByteRange {
    if (offset < 0 || length.orElse(0) < 0) {
      throw new IllegalArgumentException(
          "A range begins at " + offset + " and has " + length
              + " bytes; neither may be negative.");
    }
  }

  /** As many bytes as {@code length}, from an offset. */
  public static ByteRange of(long offset, long length) {
    return new ByteRange(offset, OptionalLong.of(length));
  }

  /** From an offset to the end of the file. */
  public static ByteRange from(long offset) {
    return new ByteRange(offset, OptionalLong.empty());
  }

  /** The whole file. */
  public static ByteRange whole() {
    return from(0);
  }
}

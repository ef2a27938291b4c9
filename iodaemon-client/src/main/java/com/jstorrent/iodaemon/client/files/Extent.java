package com.jstorrent.iodaemon.client.files;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One write of a batch.
 *
 * @param file where to write
 * @param offset of the first byte in the file
 * @param bytes those between position and limit; they must not change before the batch is written
 * @param expected the digest without which the bytes are not written; null for no check
 */
public record Extent(RootPath file, long offset, ByteBuffer bytes, @Nullable Digest expected) {
  /**
   * @throws IllegalArgumentException when the offset is negative
   */
  public Extent {
    if (offset < 0) {
      throw new IllegalArgumentException("The offset " + offset + " must not be negative.");
    }
    bytes = bytes.asReadOnlyBuffer();
  }

  /** A write without a check. */
  public static Extent of(RootPath file, long offset, byte[] bytes) {
    return new Extent(file, offset, ByteBuffer.wrap(bytes), null);
  }

  /** The same write, done only when the bytes have this digest. */
  public Extent expecting(Digest digest) {
    return new Extent(file, offset, bytes, digest);
  }

  /** A view of the bytes with a position of its own. */
  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate();
  }
}

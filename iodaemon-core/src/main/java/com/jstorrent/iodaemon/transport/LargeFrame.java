package com.jstorrent.iodaemon.transport;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A frame that is too large for one buffer: its bytes are in several, in order. They are read from the
 * front, and the memory of what was read goes back to the transport. Used by the thread that delivers
 * it, and valid during the delivery only.
 */
public interface LargeFrame {

  /** How many bytes have not been read yet. */
  int remaining();

  /**
   * The first buffer that has bytes left, or null when all were read. Its bytes are between position
   * and limit, in any byte order; the caller reads them by moving the position, and must not use the
   * buffer after the next call. While nothing was read, it has at least 64 KiB, and so all fields of
   * the frame, except the rest of its data or of a text that is far too long.
   */
  @Nullable
  ByteBuffer next();
}

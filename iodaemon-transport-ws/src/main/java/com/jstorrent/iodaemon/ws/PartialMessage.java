package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.frame.FrameHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Assembles a message that arrives in fragments. Its memory is at most about twice the bytes
 * received, however many fragments there are: a client may send one byte, or none, in each. Not
 * thread-safe.
 */
final class FragmentedMessage {
  private static final int FIRST_BYTES = 512;
  private static final byte[] NONE = {};

  private byte[] bytes = NONE;
  private int length;
  private boolean begun;

  /** Whether a fragmented message has begun and is not complete. */
  boolean isBegun() {
    return begun;
  }

  /** The number of bytes received. */
  int length() {
    return length;
  }

  /** Appends the payload of a fragment. */
  void add(ByteBuffer payload) {
    begun = true;
    int sum = length + payload.remaining();
    if (sum > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(sum, Math.max(FIRST_BYTES, 2 * bytes.length)));
    }
    payload.get(bytes, length, payload.remaining());
    length = sum;
  }

  /** Returns the complete message after its last fragment. */
  ByteBuffer end() {
    ByteBuffer message = ByteBuffer.wrap(bytes, 0, length).order(FrameHeader.ORDER);
    release();
    return message;
  }

  /** Discards the fragments received so far. */
  void release() {
    bytes = NONE;
    length = 0;
    begun = false;
  }
}

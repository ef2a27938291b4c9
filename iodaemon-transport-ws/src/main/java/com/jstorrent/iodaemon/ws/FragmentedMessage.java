package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.frame.FrameHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A message that comes in fragments, put together as they come. It holds at most twice the bytes that
 * have come, in however many pieces: a client may choose to send each byte, or none, in a fragment of
 * its own. Not thread-safe.
 */
final class FragmentedMessage {
  private static final int FIRST_BYTES = 512;
  private static final byte[] NONE = {};

  private byte[] bytes = NONE;
  private int length;
  private boolean begun;

  /** Whether a fragment has come and the last one has not. */
  boolean isBegun() {
    return begun;
  }

  /** How many bytes have come. */
  int length() {
    return length;
  }

  /** Takes what remains of the payload of a fragment. */
  void add(ByteBuffer payload) {
    begun = true;
    int sum = length + payload.remaining();
    if (sum > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(sum, Math.max(FIRST_BYTES, 2 * bytes.length)));
    }
    payload.get(bytes, length, payload.remaining());
    length = sum;
  }

  /** The last fragment has come; the next one begins another message. */
  ByteBuffer end() {
    ByteBuffer message = ByteBuffer.wrap(bytes, 0, length).order(FrameHeader.ORDER);
    release();
    return message;
  }

  /** The rest will not come. */
  void release() {
    bytes = NONE;
    length = 0;
    begun = false;
  }
}

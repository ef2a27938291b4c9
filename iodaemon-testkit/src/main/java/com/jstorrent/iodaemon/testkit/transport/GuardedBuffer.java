package com.jstorrent.iodaemon.testkit.transport;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A frame between bytes that a transport must leave alone, in one of the kinds of buffer that a session uses. */
final class GuardedBuffer {
  private static final int GUARD_BYTES = 16;
  private static final byte GUARD = 0x5A;

  private final byte[] frame;
  private final int headroom;
  private final ByteBuffer all;

  /**
   * @param kind chooses one of three kinds of buffer in turn: on the heap, a part of an array, direct
   */
  GuardedBuffer(byte[] frame, int headroom, int kind) {
    this.frame = frame;
    this.headroom = headroom;
    int size = 2 * GUARD_BYTES + headroom + frame.length;
    this.all =
        switch (kind % 3) {
          case 0 -> ByteBuffer.allocate(size);
          case 1 -> ByteBuffer.allocate(size + 1).slice(1, size);
          default -> ByteBuffer.allocateDirect(size);
        };
    fill(GUARD);
    all.put(start(), frame);
  }

  private int start() {
    return GUARD_BYTES + headroom;
  }

  /** The buffer that {@code send} gets; it shares its bytes with this one. */
  ByteBuffer toSend() {
    return all.duplicate().position(start()).limit(start() + frame.length);
  }

  /** Fails when bytes were changed that {@code send} must not change. */
  void check() {
    for (int i = 0; i < GUARD_BYTES; i++) {
      Rule.SEND_LEAVES_THE_BUFFER.require(
          all.get(i) == GUARD, "it has changed bytes in front of the headroom.");
      Rule.SEND_LEAVES_THE_BUFFER.require(
          all.get(start() + frame.length + i) == GUARD,
          "it has changed bytes behind the frame.");
    }
    byte[] after = new byte[frame.length];
    all.get(start(), after);
    Rule.SEND_LEAVES_THE_BUFFER.require(
        Arrays.equals(after, frame), "it has changed the frame.");
  }

  /** The session uses the buffer for something else, as it may once {@code send} has returned. */
  void reuse() {
    fill((byte) 0);
  }

  private void fill(byte value) {
    byte[] bytes = new byte[all.capacity()];
    Arrays.fill(bytes, value);
    all.put(0, bytes);
  }
}

package com.jstorrent.iodaemon.ws;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The header of a WebSocket frame (RFC 6455 § 5.2). Only this class knows its bits.
 *
 * <pre>
 *  bit 0     1..3     4..7      8        9..15
 *  +-----+--------+--------+------+---------------+----------------------+-----------+---------
 *  | FIN | RSV1-3 | opcode | MASK | length, or    | length of 16 or 64   | masking   | payload…
 *  |     |        |        |      | 126, or 127   | bits, big-endian     | key, 0/32 |
 *  +-----+--------+--------+------+---------------+----------------------+-----------+---------
 * </pre>
 */
final class WireFormat {
  static final int FIN = 0x80;
  static final int RSV = 0x70;
  static final int OPCODE = 0x0F;
  static final int MASKED = 0x80;
  static final int LENGTH = 0x7F;

  static final int OP_CONTINUATION = 0x0;
  static final int OP_TEXT = 0x1;
  static final int OP_BINARY = 0x2;
  static final int OP_CLOSE = 0x8;
  static final int OP_PING = 0x9;
  static final int OP_PONG = 0xA;

  /** Opcodes from here on are control frames. */
  static final int FIRST_CONTROL = 0x8;

  static final int CONTROL_MAX_PAYLOAD = 125;
  static final int LENGTH_16 = 126;
  static final int LENGTH_64 = 127;

  /** The maximum length of a header that the daemon sends, which has no masking key. */
  static final int MAX_HEADER = 2 + Long.BYTES;

  static final int KEY_BYTES = 4;

  private WireFormat() {}

  /**
   * Writes the header of an unfragmented binary frame before the payload, which is between position
   * and limit, and moves the position to the header.
   *
   * @param frame in little-endian order, with {@link #MAX_HEADER} bytes of headroom before its
   *     position
   */
  static void putHeader(ByteBuffer frame) {
    int length = frame.remaining();
    int start;
    if (length < LENGTH_16) {
      start = frame.position() - 2;
      frame.put(start + 1, (byte) length);
    } else if (length <= 0xFFFF) {
      start = frame.position() - 2 - Short.BYTES;
      frame.put(start + 1, (byte) LENGTH_16);
      frame.putShort(start + 2, Short.reverseBytes((short) length));
    } else {
      start = frame.position() - MAX_HEADER;
      frame.put(start + 1, (byte) LENGTH_64);
      frame.putLong(start + 2, Long.reverseBytes(length));
    }
    frame.put(start, (byte) (FIN | OP_BINARY));
    frame.position(start);
  }

  /** The length of the header with this second byte, masking key included. */
  static int headerLength(int second) {
    int extended =
        switch (second & LENGTH) {
          case LENGTH_16 -> Short.BYTES;
          case LENGTH_64 -> Long.BYTES;
          default -> 0;
        };
    return 2 + extended + KEY_BYTES;
  }

  /** The payload length of the frame at {@code at}; negative for 2^63 and more. */
  static long payloadLength(ByteBuffer buffer, int at) {
    int length = buffer.get(at + 1) & LENGTH;
    return switch (length) {
      case LENGTH_16 -> Short.toUnsignedLong(Short.reverseBytes(buffer.getShort(at + 2)));
      case LENGTH_64 -> Long.reverseBytes(buffer.getLong(at + 2));
      default -> length;
    };
  }

  /**
   * What is wrong with a frame, or null.
   *
   * @param continued whether fragments of a message have come before it
   */
  static @Nullable String violation(int opcode, boolean fin, long length, boolean continued) {
    return switch (opcode) {
      case OP_TEXT -> null; // refused later, wherever it occurs
      case OP_BINARY ->
          continued ? "A new message begins inside a fragmented one." : null;
      case OP_CONTINUATION -> continued ? null : "A continuation frame without a message.";
      case OP_CLOSE, OP_PING, OP_PONG ->
          fin && length <= CONTROL_MAX_PAYLOAD && length >= 0
              ? null
              : "A control frame is fragmented or too long.";
      default -> "A frame has a reserved opcode.";
    };
  }
}

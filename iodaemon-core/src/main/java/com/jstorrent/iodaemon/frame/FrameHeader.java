package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The eight bytes before every payload (PROTOCOL.md § 3). Only this class knows their offsets.
 *
 * <pre>
 *  0         1         2             4                             8
 *  +---------+---------+-------------+-----------------------------+----------
 *  | version | opcode  | flags (LE)  | requestId (LE)              | payload…
 *  +---------+---------+-------------+-----------------------------+----------
 * </pre>
 *
 * The methods read and write at absolute positions and do not change the buffer's position or byte
 * order. On the wire, numbers are in {@link #ORDER}, whatever the buffer's order.
 */
public final class FrameHeader {
  /** The byte order of all numbers on the wire. */
  public static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  /** The version of the protocol, in the first byte of each frame. */
  public static final int VERSION = 1;
  /** The length of the header, in bytes. */
  public static final int LENGTH = 8;

  /** The offset of the status byte within the payload, in every reply except AUTH_RESULT. */
  public static final int STATUS_OFFSET = 4;

  /**
   * The length of what precedes the data in TCP_SEND and TCP_RECV: this header and the socket id.
   */
  public static final int DATA_OFFSET = LENGTH + Integer.BYTES;

  /** The length of an entry in RESUMED: kind, id, state and two counts. */
  static final int LIVE_ENTRY_LENGTH = 22;

  private static final int VERSION_OFFSET = 0;
  private static final int OPCODE_OFFSET = 1;
  private static final int FLAGS_OFFSET = 2;
  private static final int REQUEST_ID_OFFSET = 4;

  private FrameHeader() {}

  /**
   * {@return a view of the frame in the byte order of the wire, for reading single fields}
   *
   * @param frame the frame, between position and limit
   */
  public static ByteBuffer view(ByteBuffer frame) {
    return frame.duplicate().order(ORDER);
  }

  /**
   * {@return the version of a frame}
   *
   * @param frame the frame, between position and limit
   */
  public static int version(ByteBuffer frame) {
    return Byte.toUnsignedInt(frame.get(frame.position() + VERSION_OFFSET));
  }

  /**
   * {@return the opcode byte of a frame, from 0 to 255}
   *
   * @param frame the frame, between position and limit
   */
  public static int opcode(ByteBuffer frame) {
    return Byte.toUnsignedInt(frame.get(frame.position() + OPCODE_OFFSET));
  }

  /**
   * {@return the number that the reply to a frame echoes}
   *
   * @param frame the frame, between position and limit
   */
  public static int requestId(ByteBuffer frame) {
    return number(frame, frame.position() + REQUEST_ID_OFFSET);
  }

  /**
   * {@return the first field of most payloads: the id of a socket or of a server}
   *
   * @param frame the frame, between position and limit
   */
  public static int socketId(ByteBuffer frame) {
    return number(frame, frame.position() + LENGTH);
  }

  /**
   * Writes a header at the index {@code at}.
   *
   * @param out the buffer that is written to
   * @param at the index of the first byte of the header
   * @param opcode the opcode of the frame
   * @param requestId what the reply echoes; 0 in an event
   */
  public static void put(ByteBuffer out, int at, Opcode opcode, int requestId) {
    out.put(at + VERSION_OFFSET, (byte) VERSION);
    out.put(at + OPCODE_OFFSET, (byte) opcode.code());
    out.putShort(at + FLAGS_OFFSET, (short) 0);
    out.putInt(at + REQUEST_ID_OFFSET, swapped(out, requestId));
  }

  /**
   * Writes the header and the socket id of a frame with bulk data at the index {@code at}.
   *
   * @param out the buffer that is written to
   * @param at the index of the first byte of the header
   * @param opcode the opcode of the frame
   * @param socketId the client's number of the socket
   */
  public static void putData(ByteBuffer out, int at, Opcode opcode, int socketId) {
    put(out, at, opcode, 0);
    out.putInt(at + LENGTH, swapped(out, socketId));
  }

  private static int number(ByteBuffer frame, int at) {
    return swapped(frame, frame.getInt(at));
  }

  private static int swapped(ByteBuffer frame, int number) {
    return frame.order() == ORDER ? number : Integer.reverseBytes(number);
  }
}

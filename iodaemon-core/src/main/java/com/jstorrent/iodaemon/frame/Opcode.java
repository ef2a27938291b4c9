package com.jstorrent.iodaemon.frame;

import static com.jstorrent.iodaemon.frame.Opcode.Direction.BOTH;
import static com.jstorrent.iodaemon.frame.Opcode.Direction.TO_CLIENT;
import static com.jstorrent.iodaemon.frame.Opcode.Direction.TO_DAEMON;
import static com.jstorrent.iodaemon.frame.Opcode.Phase.ANY;
import static com.jstorrent.iodaemon.frame.Opcode.Phase.CONTROL;
import static com.jstorrent.iodaemon.frame.Opcode.Phase.HANDSHAKE;
import static com.jstorrent.iodaemon.frame.Opcode.Phase.IO;

import org.jspecify.annotations.Nullable;

/**
 * The opcodes of the wire protocol, with their code, direction, the phase in which they are legal,
 * and the minimum length of their payload (PROTOCOL.md § 3).
 */
public enum Opcode {
  CLIENT_HELLO(0x01, TO_DAEMON, HANDSHAKE, 0),
  SERVER_HELLO(0x02, TO_CLIENT, HANDSHAKE, 0),
  AUTH(0x03, TO_DAEMON, HANDSHAKE, 1),
  AUTH_RESULT(0x04, TO_CLIENT, HANDSHAKE, 1),
  ACK(0x05, BOTH, Capability.RESUME, 8),
  RESUME(0x06, TO_DAEMON, Capability.RESUME, 8),
  RESUMED(0x07, TO_CLIENT, Capability.RESUME, 25),
  ERROR(0x7F, TO_CLIENT, ANY, 5),

  TCP_CONNECT(0x10, TO_DAEMON, IO, 6),
  TCP_CONNECTED(0x11, TO_CLIENT, IO, 9),
  TCP_SEND(0x12, TO_DAEMON, IO, 4),
  TCP_RECV(0x13, TO_CLIENT, IO, 4),
  TCP_CLOSE(0x14, BOTH, IO, 4),
  TCP_LISTEN(0x15, TO_DAEMON, IO, 6),
  TCP_LISTEN_RESULT(0x16, TO_CLIENT, IO, 11),
  TCP_ACCEPT(0x17, TO_CLIENT, IO, 10),
  TCP_STOP_LISTEN(0x18, TO_DAEMON, IO, 4),
  TCP_SECURE(0x19, TO_DAEMON, IO, 5),
  TCP_SECURED(0x1A, TO_CLIENT, IO, 5),
  TCP_SHUTDOWN(0x1B, BOTH, Capability.HALFCLOSE, 4),
  TCP_CREDIT(0x1C, BOTH, Capability.CREDIT, 8),

  UDP_BIND(0x20, TO_DAEMON, IO, 6),
  UDP_BOUND(0x21, TO_CLIENT, IO, 11),
  UDP_SEND(0x22, TO_DAEMON, IO, 8),
  UDP_RECV(0x23, TO_CLIENT, IO, 8),
  UDP_CLOSE(0x24, BOTH, IO, 4),
  UDP_JOIN_MULTICAST(0x25, TO_DAEMON, IO, 4),
  UDP_LEAVE_MULTICAST(0x26, TO_DAEMON, IO, 4),
  UDP_MULTICAST_RESULT(0x27, TO_CLIENT, IO, 9),

  RANGE_REQUEST(0x30, TO_CLIENT, IO, 16),
  RANGE_AVAILABLE(0x31, TO_DAEMON, IO, 0),
  RANGE_BLOCK(0x32, TO_DAEMON, IO, 0),
  RANGE_READY(0x33, TO_DAEMON, IO, 0),
  RANGE_REJECT(0x34, TO_DAEMON, IO, 2),
  RANGE_CANCEL(0x35, TO_CLIENT, IO, 0),

  ROOTS_CHANGED(0xE0, TO_CLIENT, CONTROL, 0),
  EVENT(0xE1, TO_CLIENT, CONTROL, 0),
  OPEN_FOLDER_PICKER(0xE2, TO_DAEMON, CONTROL, 0);

  /** Which side may send a frame. */
  public enum Direction {
    TO_DAEMON,
    TO_CLIENT,
    BOTH
  }

  /**
   * When a frame is legal: during the handshake, afterwards on {@code /io} or {@code /control}, or, for
   * frames to clients only, at any time.
   */
  public enum Phase {
    HANDSHAKE,
    IO,
    CONTROL,
    ANY
  }

  private static final @Nullable Opcode[] BY_CODE = new Opcode[256];

  static {
    for (Opcode opcode : values()) {
      BY_CODE[opcode.code] = opcode;
    }
  }

  private final int code;
  private final Direction direction;
  private final Phase phase;
  private final @Nullable Capability capability;
  private final int minPayload;

  Opcode(int code, Direction direction, Phase phase, int minPayload) {
    this(code, direction, phase, null, minPayload);
  }

  Opcode(int code, Direction direction, Capability capability, int minPayload) {
    this(code, direction, IO, capability, minPayload);
  }

  Opcode(
      int code,
      Direction direction,
      Phase phase,
      @Nullable Capability capability,
      int minPayload) {
    this.code = code;
    this.direction = direction;
    this.phase = phase;
    this.capability = capability;
    this.minPayload = minPayload;
  }

  /** The byte on the wire, 0 to 255. */
  public int code() {
    return code;
  }

  public Direction direction() {
    return direction;
  }

  public Phase phase() {
    return phase;
  }

  /**
   * The capability that a client must request in CLIENT_HELLO to use it, or null if there is none.
   */
  public @Nullable Capability capability() {
    return capability;
  }

  /** The minimum length of the payload, in bytes. */
  public int minPayload() {
    return minPayload;
  }

  /** Whether clients may send this opcode. */
  public boolean fromClient() {
    return direction != TO_CLIENT;
  }

  /** Whether such frames are counted for acknowledgement (PROTOCOL.md § 9.3). */
  public boolean isCounted() {
    return isCounted(code);
  }

  /** As {@link #isCounted()}, for the opcode byte of any frame, even an unknown opcode. */
  public static boolean isCounted(int code) {
    return code < CLIENT_HELLO.code || code > RESUMED.code;
  }

  /** The opcode with this code, or null if there is none. */
  public static @Nullable Opcode of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}

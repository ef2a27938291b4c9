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
  /** What the client asks for. */
  CLIENT_HELLO(0x01, TO_DAEMON, HANDSHAKE, 0),
  /** What the daemon grants. */
  SERVER_HELLO(0x02, TO_CLIENT, HANDSHAKE, 0),
  /** The token. */
  AUTH(0x03, TO_DAEMON, HANDSHAKE, 1),
  /** Whether the token was accepted. */
  AUTH_RESULT(0x04, TO_CLIENT, HANDSHAKE, 1),
  /** How many frames were handled. */
  ACK(0x05, BOTH, Capability.RESUME, 8),
  /** Asks to resume the session of a ticket. */
  RESUME(0x06, TO_DAEMON, Capability.RESUME, 8),
  /** The state of a resumed session. */
  RESUMED(0x07, TO_CLIENT, Capability.RESUME, 25),
  /** A frame broke a rule. */
  ERROR(0x7F, TO_CLIENT, ANY, 5),

  /** Asks for a connection. */
  TCP_CONNECT(0x10, TO_DAEMON, IO, 6),
  /** The answer to TCP_CONNECT. */
  TCP_CONNECTED(0x11, TO_CLIENT, IO, 9),
  /** Bytes for a peer. */
  TCP_SEND(0x12, TO_DAEMON, IO, 4),
  /** Bytes from a peer. */
  TCP_RECV(0x13, TO_CLIENT, IO, 4),
  /** Ends a connection, or says that it has ended. */
  TCP_CLOSE(0x14, BOTH, IO, 4),
  /** Asks for a server. */
  TCP_LISTEN(0x15, TO_DAEMON, IO, 6),
  /** The answer to TCP_LISTEN. */
  TCP_LISTEN_RESULT(0x16, TO_CLIENT, IO, 11),
  /** A peer has connected to a server. */
  TCP_ACCEPT(0x17, TO_CLIENT, IO, 10),
  /** Ends a server. */
  TCP_STOP_LISTEN(0x18, TO_DAEMON, IO, 4),
  /** Asks for TLS on a connection. */
  TCP_SECURE(0x19, TO_DAEMON, IO, 5),
  /** The answer to TCP_SECURE. */
  TCP_SECURED(0x1A, TO_CLIENT, IO, 5),
  /** Ends one side of a connection. */
  TCP_SHUTDOWN(0x1B, BOTH, Capability.HALFCLOSE, 4),
  /** Grants credit for a connection. */
  TCP_CREDIT(0x1C, BOTH, Capability.CREDIT, 8),

  /** Asks for a UDP socket. */
  UDP_BIND(0x20, TO_DAEMON, IO, 6),
  /** The answer to UDP_BIND. */
  UDP_BOUND(0x21, TO_CLIENT, IO, 11),
  /** A datagram for a peer. */
  UDP_SEND(0x22, TO_DAEMON, IO, 8),
  /** A datagram from a peer. */
  UDP_RECV(0x23, TO_CLIENT, IO, 8),
  /** Ends a UDP socket, or says that it has ended. */
  UDP_CLOSE(0x24, BOTH, IO, 4),
  /** Joins a multicast group. */
  UDP_JOIN_MULTICAST(0x25, TO_DAEMON, IO, 4),
  /** Leaves a multicast group. */
  UDP_LEAVE_MULTICAST(0x26, TO_DAEMON, IO, 4),
  /** The answer to joining or leaving. */
  UDP_MULTICAST_RESULT(0x27, TO_CLIENT, IO, 9),

  /** Asks whether bytes of a file can be streamed. */
  RANGE_REQUEST(0x30, TO_CLIENT, IO, 16),
  /** They can. */
  RANGE_AVAILABLE(0x31, TO_DAEMON, IO, 0),
  /** They cannot yet. */
  RANGE_BLOCK(0x32, TO_DAEMON, IO, 0),
  /** They can now. */
  RANGE_READY(0x33, TO_DAEMON, IO, 0),
  /** They cannot. */
  RANGE_REJECT(0x34, TO_DAEMON, IO, 2),
  /** The answer is no longer needed. */
  RANGE_CANCEL(0x35, TO_CLIENT, IO, 0),

  /** The download roots. */
  ROOTS_CHANGED(0xE0, TO_CLIENT, CONTROL, 0),
  /** An event of the daemon. */
  EVENT(0xE1, TO_CLIENT, CONTROL, 0),
  /** Asks for a dialogue for another root. */
  OPEN_FOLDER_PICKER(0xE2, TO_DAEMON, CONTROL, 0);

  /** Which side may send a frame. */
  public enum Direction {
    /** Clients send it. */
    TO_DAEMON,
    /** The daemon sends it. */
    TO_CLIENT,
    /** Either side sends it. */
    BOTH
  }

  /**
   * When a frame is legal: during the handshake, afterwards on {@code /io} or {@code /control}, or, for
   * frames to clients only, at any time.
   */
  public enum Phase {
    /** Before the client has authenticated. */
    HANDSHAKE,
    /** Afterwards, on {@code /io}. */
    IO,
    /** Afterwards, on {@code /control}. */
    CONTROL,
    /** At any time. */
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

  /** {@return the byte on the wire, 0 to 255} */
  public int code() {
    return code;
  }

  /** {@return which side may send it} */
  public Direction direction() {
    return direction;
  }

  /** {@return when it may be sent} */
  public Phase phase() {
    return phase;
  }

  /**
   * {@return the capability that a client must request in CLIENT_HELLO to use it, or null if there
   * is none}
   */
  public @Nullable Capability capability() {
    return capability;
  }

  /** {@return the minimum length of the payload, in bytes} */
  public int minPayload() {
    return minPayload;
  }

  /** {@return whether clients may send this opcode} */
  public boolean fromClient() {
    return direction != TO_CLIENT;
  }

  /** {@return whether such frames are counted for acknowledgement (PROTOCOL.md § 9.3)} */
  public boolean isCounted() {
    return isCounted(code);
  }

  /**
   * As {@link #isCounted()}, for the opcode byte of any frame, even an unknown opcode.
   *
   * @param code the byte on the wire, unsigned
   * @return whether such frames are counted
   */
  public static boolean isCounted(int code) {
    return code < CLIENT_HELLO.code || code > RESUMED.code;
  }

  /**
   * {@return the opcode with this code, or null if there is none}
   *
   * @param code the byte on the wire, unsigned
   */
  public static @Nullable Opcode of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}

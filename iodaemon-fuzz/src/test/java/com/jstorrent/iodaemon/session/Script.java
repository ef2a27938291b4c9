package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.Opcode;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The actions of a client, decoded from bytes. The first byte holds flags (bit 0: it authenticates,
 * bits 1 to 3: with which capabilities, bit 4: it ends in an orderly way). Then come steps: a length
 * and a kind, which is an opcode, followed by its payload, or one of the others below.
 */
final class Script {
  private static final int RAW = 0xFF;
  private static final int RECONNECT = 0xFE;
  private static final int LISTEN_TO_DAEMON = 0xFD;

  private final ByteBuffer bytes;
  private final int who;
  private int requestId;

  Script(byte[] input) {
    bytes = ByteBuffer.wrap(input);
    who = bytes.hasRemaining() ? bytes.get() : 0;
  }

  /** One action. */
  sealed interface Step {
    /** Sends these bytes, which need not be a frame. */
    record Send(ByteBuffer frame) implements Step {}

    /** Loses the connection and opens another one. */
    record Reconnect() implements Step {}

    /** Takes frames until none arrives for a moment. */
    record Receive() implements Step {}
  }

  boolean authenticates() {
    return (who & 1) != 0;
  }

  Set<Capability> capabilities() {
    Set<Capability> all = EnumSet.noneOf(Capability.class);
    for (Capability capability : Capability.values()) {
      if ((who >> 1 & 1 << capability.ordinal()) != 0) {
        all.add(capability);
      }
    }
    return all;
  }

  boolean endsInOrder() {
    return (who & 1 << 4) != 0;
  }

  /** The next step, or null at the end. */
  @Nullable
  Step next() {
    if (bytes.remaining() < 2) {
      return null;
    }
    int length = Math.min(Byte.toUnsignedInt(bytes.get()), bytes.remaining() - 1);
    int kind = Byte.toUnsignedInt(bytes.get());
    byte[] payload = new byte[length];
    bytes.get(payload);
    return switch (kind) {
      case RAW -> new Step.Send(ByteBuffer.wrap(payload));
      case RECONNECT -> new Step.Reconnect();
      case LISTEN_TO_DAEMON -> new Step.Receive();
      default -> new Step.Send(frame(kind, payload));
    };
  }

  private ByteBuffer frame(int kind, byte[] payload) {
    ByteBuffer frame =
        ByteBuffer.allocate(FrameHeader.LENGTH + payload.length).order(FrameHeader.ORDER);
    Opcode opcode = Opcode.of(kind);
    FrameHeader.put(frame, 0, opcode == null ? Opcode.ERROR : opcode, ++requestId);
    return frame.put(1, (byte) kind).put(FrameHeader.LENGTH, payload);
  }
}

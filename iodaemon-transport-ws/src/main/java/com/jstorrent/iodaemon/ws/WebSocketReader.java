package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Bytes to WebSocket frames. Whole binary messages are unmasked where they are and handed on
 * without a copy; those in fragments are put together here, since the library keeps an object for each
 * fragment; control frames are copied for the library. Not thread-safe.
 *
 * <p>A frame that is larger than the buffer makes it grow, but only as bytes arrive: the length
 * that a client declares allocates nothing.
 */
final class WebSocketReader {
  /** While no message may be large, so for whoever has not shown the token. */
  private static final int SMALL_BUFFER_BYTES = 8 << 10;

  /** Where the frames go. */
  interface Sink {
    /** The most bytes that a message may have now. */
    int messageLimit();

    /** A whole binary message between position and limit, valid during the call only. */
    void onBinary(ByteBuffer message);

    /** A text message, or its first fragment. */
    void onText();

    /** A control frame; {@code payload} is unmasked and the receiver's own. */
    void onControl(int opcode, ByteBuffer payload);

    /** RFC 6455, or a limit, was violated: nothing more is read from this client. */
    void onViolation(CloseReason reason, String sentence);

    /** Whether frames are still wanted. */
    boolean isOpen();
  }

  private final Sink sink;
  private final BufferPool buffers;
  private final Mask mask = new Mask();
  private ByteBuffer buffer = ByteBuffer.allocate(0); // made when the sink can be asked
  private final FragmentedMessage fragments = new FragmentedMessage();
  private boolean refused; // a rule was broken; the rest is dropped unread until the client ends

  /**
   * @param buffers for clients that may send large messages
   */
  WebSocketReader(Sink sink, BufferPool buffers) {
    this.sink = sink;
    this.buffers = buffers;
  }

  /** Takes bytes that were read ahead. Before {@link #run}, once. */
  void prime(ByteBuffer readAhead) {
    buffer = room(Math.max(usual(), readAhead.remaining()));
    buffer.put(readAhead);
    parse();
  }

  /**
   * Reads and hands on frames until the client ends its side or the sink is no longer open.
   *
   * @throws IOException when the connection breaks
   */
  void run(ReadableByteChannel channel) throws IOException {
    while (sink.isOpen() && channel.read(buffer) >= 0) {
      parse();
    }
  }

  /** Nothing more is read. */
  void release() {
    buffers.give(buffer);
    buffer = ByteBuffer.allocate(0);
    fragments.release();
  }

  private void parse() {
    int end = buffer.position();
    int at = 0;
    int next;
    while (sink.isOpen() && !refused && (next = frame(at, end)) > at) {
      at = next;
    }
    if (refused) {
      buffer.clear(); // nothing of it will be looked at
      return;
    }
    buffer.limit(end).position(at);
    int usual = usual();
    if (at == 0 && end == buffer.capacity()) {
      move(Math.max(2 * end, usual));
    } else if (buffer.capacity() < usual || at == end && buffer.capacity() > usual) {
      move(usual);
    } else if (at == 0) {
      buffer.limit(buffer.capacity()).position(end);
    } else {
      buffer.compact();
    }
  }

  /** What is left in the buffer goes to another one. */
  private void move(int bytes) {
    ByteBuffer other = room(bytes).put(buffer);
    buffers.give(buffer);
    buffer = other;
  }

  private int usual() {
    return sink.messageLimit() > SMALL_BUFFER_BYTES ? buffers.bufferBytes() : SMALL_BUFFER_BYTES;
  }

  private ByteBuffer room(int bytes) {
    ByteBuffer room =
        bytes <= SMALL_BUFFER_BYTES ? ByteBuffer.allocate(bytes) // strangers come and go
            : bytes == buffers.bufferBytes() ? buffers.take()
            : ByteBuffer.allocateDirect(bytes);
    return room.order(FrameHeader.ORDER);
  }

  /** Handles the frame at {@code at} when it is complete; returns where the next one begins. */
  private int frame(int at, int end) {
    if (end - at < 2) {
      return at;
    }
    int first = buffer.get(at);
    int second = buffer.get(at + 1);
    int opcode = first & WireFormat.OPCODE;
    boolean fin = (first & WireFormat.FIN) != 0;
    if ((first & WireFormat.RSV) != 0) {
      return refuse(CloseReason.PROTOCOL_ERROR, "A reserved bit is set.", at);
    }
    if ((second & WireFormat.MASKED) == 0) {
      return refuse(CloseReason.PROTOCOL_ERROR, "A client must mask its frames.", at);
    }
    int header = WireFormat.headerLength(second);
    if (end - at < header) {
      return at;
    }
    long length = WireFormat.payloadLength(buffer, at);
    String flaw = flaw(opcode, fin, length);
    if (flaw != null) {
      return refuse(CloseReason.PROTOCOL_ERROR, flaw, at);
    }
    int limit = sink.messageLimit();
    boolean tooLong = length < 0 || length > limit - fragments.length();
    if (tooLong && opcode < WireFormat.FIRST_CONTROL) {
      return refuse(
          CloseReason.TOO_BIG, "A message may have " + limit + " bytes at most now.", at);
    }
    int payload = at + header;
    int next = payload + (int) length;
    if (next > end) {
      return at;
    }
    mask.apply(buffer, payload, next, buffer.getInt(payload - WireFormat.KEY_BYTES));
    buffer.limit(next).position(payload);
    deliver(opcode, fin);
    buffer.limit(buffer.capacity());
    return next;
  }

  private @Nullable String flaw(int opcode, boolean fin, long length) {
    return switch (opcode) {
      case WireFormat.OP_TEXT -> null; // refused in any place, and not for its place
      case WireFormat.OP_BINARY ->
          fragments.isBegun() ? "A message begins before the one in fragments has ended." : null;
      case WireFormat.OP_CONTINUATION ->
          fragments.isBegun() ? null : "A continuation continues nothing.";
      case WireFormat.OP_CLOSE, WireFormat.OP_PING, WireFormat.OP_PONG ->
          fin && length <= WireFormat.CONTROL_MAX_PAYLOAD && length >= 0
              ? null
              : "A control frame is fragmented or too long.";
      default -> "A frame has a reserved opcode.";
    };
  }

  /** The payload, which is what remains of the buffer, goes where it belongs. */
  private void deliver(int opcode, boolean fin) {
    if (opcode == WireFormat.OP_TEXT) {
      sink.onText();
    } else if (opcode >= WireFormat.FIRST_CONTROL) {
      byte[] copy = new byte[buffer.remaining()];
      buffer.get(copy);
      sink.onControl(opcode, ByteBuffer.wrap(copy));
    } else if (fin && !fragments.isBegun()) {
      sink.onBinary(buffer);
    } else {
      fragments.add(buffer);
      if (fin) {
        sink.onBinary(fragments.end());
      }
    }
  }

  private int refuse(CloseReason reason, String sentence, int at) {
    refused = true;
    sink.onViolation(reason, sentence);
    return at;
  }
}

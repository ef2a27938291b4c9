package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Decodes WebSocket frames. An unfragmented binary message is unmasked in place and passed on
 * without a copy; fragments are assembled here, because the library would keep an object for each;
 * control frames are copied for the library. Not thread-safe.
 *
 * <p>The buffer grows for a frame that does not fit, but only as its bytes arrive: the length that
 * a client declares does not cause an allocation.
 */
final class WebSocketReader {
  /** The buffer's size while messages are limited to less, as before authentication. */
  private static final int SMALL_BUFFER_BYTES = 8 << 10;

  /** Receives the frames. */
  interface Sink {
    /** The current limit for the size of a message, in bytes. */
    int messageLimit();

    /** A complete binary message between position and limit, valid during the call only. */
    void onBinary(ByteBuffer message);

    /** A text message, or its first fragment. */
    void onText();

    /** A control frame; {@code payload} is unmasked and the receiver's own. */
    void onControl(int opcode, ByteBuffer payload);

    /** The client has violated RFC 6455 or a limit; nothing more is read from it. */
    void onViolation(CloseReason reason, String sentence);

    /** Whether frames are still wanted. */
    boolean isOpen();
  }

  private final Sink sink;
  private final BufferPool buffers;
  private final Mask mask = new Mask();
  private ByteBuffer buffer = ByteBuffer.allocate(0); // allocated when the sink knows the limit
  private final FragmentedMessage fragments = new FragmentedMessage();
  private boolean refused; // after a violation all further input is dropped

  /**
   * @param buffers for clients that may send large messages
   */
  WebSocketReader(Sink sink, BufferPool buffers) {
    this.sink = sink;
    this.buffers = buffers;
  }

  /** Processes bytes that were read ahead. Called once, before {@link #run}. */
  void prime(ByteBuffer readAhead) {
    buffer = allocate(Math.max(usual(), readAhead.remaining()));
    buffer.put(readAhead);
    parse();
  }

  /**
   * Reads and passes on frames until the client ends its side or the sink is no longer open.
   *
   * @throws IOException when the connection breaks
   */
  void run(ReadableByteChannel channel) throws IOException {
    while (sink.isOpen() && channel.read(buffer) >= 0) {
      parse();
    }
  }

  /** Returns the buffer to the pool. Nothing can be read afterwards. */
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
      buffer.clear(); // dropped unread
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

  /** Moves what remains in the buffer to another one. */
  private void move(int bytes) {
    ByteBuffer other = allocate(bytes).put(buffer);
    buffers.give(buffer);
    buffer = other;
  }

  private int usual() {
    return sink.messageLimit() > SMALL_BUFFER_BYTES ? buffers.bufferBytes() : SMALL_BUFFER_BYTES;
  }

  private ByteBuffer allocate(int bytes) {
    ByteBuffer allocated =
        bytes <= SMALL_BUFFER_BYTES ? ByteBuffer.allocate(bytes) // short-lived: clients before authentication
            : bytes == buffers.bufferBytes() ? buffers.take()
            : ByteBuffer.allocateDirect(bytes);
    return allocated.order(FrameHeader.ORDER);
  }

  /** Handles the frame at {@code at} if it is complete, and returns the index of the next one. */
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
    String violation = violation(opcode, fin, length);
    if (violation != null) {
      return refuse(CloseReason.PROTOCOL_ERROR, violation, at);
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

  private @Nullable String violation(int opcode, boolean fin, long length) {
    return switch (opcode) {
      case WireFormat.OP_TEXT -> null; // refused later, wherever it occurs
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

  /** Passes on the payload, which is what remains in the buffer. */
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

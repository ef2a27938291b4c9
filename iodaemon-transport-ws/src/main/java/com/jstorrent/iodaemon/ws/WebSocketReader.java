package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Decodes WebSocket frames. An unfragmented binary message is unmasked in place and passed on
 * without a copy; one that is larger than the buffer is read into segments; fragments are assembled
 * here, because the library would keep an object for each; control frames are copied for the library.
 * Used by one thread at a time.
 *
 * <p>Memory is taken for bytes that arrive, never for a length that a client declares: the buffer
 * grows when a read has filled it. While nothing arrives, there is none: {@link #run} ends, and {@link
 * #awaitBytes} waits.
 */
final class WebSocketReader {
  /** The buffer's size while messages are limited to less, as before authentication, or are small. */
  private static final int SMALL_BUFFER_BYTES = 8 << 10;

  /** The buffer's size after a pause. A control frame fits, and so do the frames of most handshakes. */
  private static final int FEW_BYTES = 512;

  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  /** Where the bytes of a client come from. */
  @FunctionalInterface
  interface Source {
    /**
     * Reads what has arrived, or waits for it.
     *
     * @return how many bytes; 0 when none have come for a while, or -1 when none will
     * @throws IOException when the connection breaks
     */
    int read(ByteBuffer into) throws IOException;
  }

  /** Receives the frames. */
  interface Sink {
    /** The current limit for the size of a message, in bytes. */
    int messageLimit();

    /** A complete binary message between position and limit, valid during the call only. */
    void onBinary(ByteBuffer message);

    /** The same for each of them, in order. */
    default void onBinary(List<ByteBuffer> messages) {
      messages.forEach(this::onBinary);
    }

    /** A complete binary message that is larger than a buffer, valid during the call only. */
    void onLargeBinary(LargeFrame message);

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
  private final Buffers buffers;
  private final Mask mask = new Mask();
  private ByteBuffer buffer = NONE; // bytes of incomplete frames are before its position
  private final PartialMessage message;
  private final MessageBatch batch;
  private int missing; // bytes still to come of a payload that goes to the message and not to the buffer
  private int missingKey;
  private boolean missingEnds; // whether the message ends with that payload
  private boolean pausing; // whether the part of a frame that is there goes to the message, however small it is
  private boolean refused; // after a violation all further input is dropped

  /**
   * @param buffers for clients that may send large messages
   * @param segments of {@link Limits#SEGMENT_BYTES}, for messages that are larger still, or do not arrive at once
   */
  WebSocketReader(Sink sink, Buffers buffers, Buffers segments) {
    this.sink = sink;
    this.buffers = buffers;
    this.message = new PartialMessage(segments);
    this.batch = new MessageBatch(sink);
  }

  /** Takes bytes that were read ahead; {@link #run} must follow. Called once, before all others. */
  void prime(ByteBuffer readAhead) throws IOException {
    append(readAhead);
  }

  /**
   * Reads and passes on frames until the client pauses, ends its side or the sink is no longer open.
   *
   * @return whether it has paused; then no buffer is held
   * @throws IOException when the connection breaks, or has to end for want of memory
   */
  boolean run(Source source) throws IOException {
    parse();
    while (sink.isOpen()) {
      int count = missing >= Limits.SEGMENT_BYTES ? readPayload(source) : readFrames(source);
      if (count == 0) {
        releaseIdleMemory();
      }
      if (count <= 0) {
        return count == 0;
      }
    }
    return false;
  }

  /**
   * Waits after a pause, with next to no memory. Handles control frames meanwhile: the client answers
   * pings, and may send its own.
   *
   * @return whether other bytes have come, for {@link #run}; false when the client has ended its side
   *     or the sink is no longer open
   * @throws IOException when the connection breaks
   */
  boolean awaitBytes(Source source) throws IOException {
    ByteBuffer few = ByteBuffer.allocate(FEW_BYTES).order(FrameHeader.ORDER);
    while (sink.isOpen()) {
      if (source.read(few.clear()) < 0) {
        return false;
      }
      if (missing > 0 || buffer.position() > 0) {
        append(few.flip());
        return true;
      }
      buffer = few;
      int end = few.position(); // before the frames in it move it
      keep(controlFrames(end), end);
      if (buffer.position() > 0) {
        return true;
      }
      buffer = NONE;
    }
    return false;
  }

  /** Gives all memory back. Nothing can be read afterwards. */
  void release() {
    buffers.give(buffer);
    buffer = NONE;
    message.release();
  }

  private void append(ByteBuffer bytes) throws IOException {
    move(buffer.position() + bytes.remaining());
    buffer.put(bytes);
  }

  /** Moves the content of the buffer to another one of this size. */
  private void move(int bytes) throws IOException {
    ByteBuffer other = allocate(bytes).put(buffer.flip());
    buffers.give(buffer);
    buffer = other;
  }

  /** The size that the buffer grows to. */
  private int largest(int limit) {
    return isLarge(limit) ? buffers.bufferBytes() : SMALL_BUFFER_BYTES;
  }

  /** Whether the client has authenticated. Until then a message may change the limit for the one after it. */
  private static boolean isLarge(int limit) {
    return limit > SMALL_BUFFER_BYTES;
  }

  private void grow() throws IOException {
    int next =
        buffer.capacity() < FEW_BYTES
            ? FEW_BYTES
            : buffer.capacity() < SMALL_BUFFER_BYTES ? SMALL_BUFFER_BYTES
            : largest(sink.messageLimit());
    if (next > buffer.capacity()) {
      move(next);
    }
  }

  private ByteBuffer allocate(int bytes) throws IOException {
    ByteBuffer allocated =
        bytes == buffers.bufferBytes() ? buffers.take() : ByteBuffer.allocate(bytes); // a few KiB
    return allocated.order(FrameHeader.ORDER);
  }

  private int readFrames(Source source) throws IOException {
    if (buffer.capacity() < FEW_BYTES || !buffer.hasRemaining()) {
      grow();
    }
    int count = source.read(buffer);
    boolean filled = !buffer.hasRemaining();
    if (count > 0) {
      parse();
    }
    if (filled) {
      grow();
    }
    return count;
  }

  /** Reads straight into the message. */
  private int readPayload(Source source) throws IOException {
    ByteBuffer room = message.room(missing);
    int start = room.position();
    int count = source.read(room);
    if (count > 0) {
      mask.apply(room, start, start + count, missingKey);
    }
    message.filled(Math.max(0, count));
    arrived(Math.max(0, count));
    return count;
  }

  /** Releases the memory that is held for bytes which have not arrived. */
  private void releaseIdleMemory() throws IOException {
    pausing = true;
    parse();
    pausing = false;
    message.trim();
    mask.releasePortion();
    move(buffer.position());
  }

  private void parse() throws IOException {
    int end = buffer.position();
    int at = missing > 0 ? payload(0, end) : 0;
    int next;
    while (sink.isOpen() && !refused && (next = frame(at, end)) > at) {
      at = next;
    }
    batch.passOn();
    keep(at, end);
  }

  private int controlFrames(int end) throws IOException {
    int at = 0;
    int next;
    while (sink.isOpen() && !refused
        && at < end && (buffer.get(at) & WireFormat.OPCODE) >= WireFormat.FIRST_CONTROL
        && (next = frame(at, end)) > at) {
      at = next;
    }
    return at;
  }

  /** Keeps the bytes from {@code at} to {@code end}; after a violation none. */
  private void keep(int at, int end) {
    if (refused || at == end) {
      buffer.clear();
    } else if (at == 0) {
      buffer.limit(buffer.capacity()).position(end);
    } else {
      buffer.limit(end).position(at).compact();
    }
  }

  /** Handles the frame at {@code at} if it is complete, and returns the index of the next one. */
  private int frame(int at, int end) throws IOException {
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
    String violation = WireFormat.violation(opcode, fin, length, message.isBegun());
    if (violation != null) {
      return refuse(CloseReason.PROTOCOL_ERROR, violation, at);
    }
    int limit = sink.messageLimit();
    boolean tooLong = length < 0 || length > limit - message.length();
    if (tooLong && opcode < WireFormat.FIRST_CONTROL) {
      return refuse(
          CloseReason.TOO_BIG, "A message may have " + limit + " bytes at most now.", at);
    }
    int payload = at + header;
    boolean fits = length <= Math.max(buffer.capacity(), largest(limit)) - header;
    if (!fits || pausing && opcode < WireFormat.FIRST_CONTROL) {
      return begin(opcode, fin, (int) length, payload, end);
    }
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

  /** Begins a payload that does not go to the buffer. Returns the index after the part of it that is there already. */
  private int begin(int opcode, boolean fin, int length, int at, int end) throws IOException {
    batch.passOn();
    if (opcode == WireFormat.OP_TEXT) {
      sink.onText();
      refused = true;
      return at;
    }
    message.begin();
    missing = length;
    missingKey = buffer.getInt(at - WireFormat.KEY_BYTES);
    missingEnds = fin;
    return payload(at, end);
  }

  /** Moves bytes of such a payload from the buffer to the message, and returns the index after them. */
  private int payload(int at, int end) throws IOException {
    int count = Math.min(missing, end - at);
    mask.apply(buffer, at, at + count, missingKey);
    message.add(buffer.limit(at + count).position(at));
    buffer.limit(buffer.capacity());
    arrived(count);
    return at + count;
  }

  private void arrived(int count) throws IOException {
    missing -= count;
    missingKey = Mask.after(count, missingKey);
    if (missing == 0 && missingEnds) {
      deliverMessage();
    }
  }

  /** Passes on the payload, which is what remains in the buffer, or adds it to the batch. */
  private void deliver(int opcode, boolean fin) throws IOException {
    if (opcode == WireFormat.OP_BINARY && fin && isLarge(sink.messageLimit())) {
      batch.add(buffer);
      return;
    }
    batch.passOn();
    if (opcode == WireFormat.OP_TEXT) {
      sink.onText();
    } else if (opcode >= WireFormat.FIRST_CONTROL) {
      byte[] copy = new byte[buffer.remaining()];
      buffer.get(copy);
      sink.onControl(opcode, ByteBuffer.wrap(copy));
    } else if (fin && !message.isBegun()) {
      sink.onBinary(buffer);
    } else {
      message.begin();
      message.add(buffer);
      if (fin) {
        deliverMessage();
      }
    }
  }

  private void deliverMessage() throws IOException {
    ByteBuffer piece = message.inOnePiece();
    if (piece != null) {
      sink.onBinary(piece);
    } else if (message.length() > buffers.bufferBytes()) {
      sink.onLargeBinary(message);
    } else {
      ByteBuffer whole = buffers.take().order(FrameHeader.ORDER);
      try {
        message.moveTo(whole);
        sink.onBinary(whole.flip());
      } finally {
        buffers.give(whole);
      }
    }
    message.release();
  }

  private int refuse(CloseReason reason, String sentence, int at) {
    batch.passOn();
    refused = true;
    sink.onViolation(reason, sentence);
    return at;
  }
}

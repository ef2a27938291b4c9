package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.config.Limits;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon sends: the lines of its answer to the upgrade, then WebSocket frames (RFC 6455 § 5.2), which a
 * server does not mask. When a read times out in the middle of a frame, the next one continues there. Used by one
 * thread at a time.
 */
final class WebSocketInput {
  static final int BINARY = 2;
  static final int CONTINUATION = 0;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  private static final int BUFFER_BYTES = 64 << 10;
  private static final int LITTLE_BYTES = 4 << 10;
  private static final int FIN = 0x80;
  private static final int RESERVED = 0x70;
  private static final int OPCODE = 0x0F;
  private static final int MASKED = 0x80;
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;
  private static final int FIRST_CONTROL = 8;
  private static final int MAX_CONTROL_BYTES = 125;

  private final Socket socket;
  private final SocketChannel channel;
  private final FrameBufferPool pool = new FrameBufferPool();
  private final ByteBuffer buffer =
      FrameBufferPool.allocate(BUFFER_BYTES, ByteBuffer::allocateDirect).limit(0);
  private boolean last; // of the frame whose payload is being read, like the two fields below
  private int opcode;
  private @Nullable ByteBuffer payload;
  private boolean large; // whether the frame before this one was large

  WebSocketInput(SocketChannel channel) {
    this.channel = channel;
    this.socket = channel.socket();
  }

  /** A frame; {@code last} if its message ends with it. */
  record Frame(boolean last, int opcode, ByteBuffer payload) {}

  /**
   * Reads a line of the answer to the upgrade, without its end.
   *
   * @throws SocketTimeoutException when it has not come in time
   */
  String line(SocketDeadline deadline) throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      while (!buffer.hasRemaining()) {
        fill(deadline);
      }
      char c = (char) (buffer.get() & 0xFF);
      if (c == '\n') {
        return line.toString();
      }
      if (line.length() == BUFFER_BYTES) {
        throw new IOException("The daemon's answer has a line that is too long.");
      }
      if (c != '\r') {
        line.append(c);
      }
    }
  }

  /**
   * Reads the next frame.
   *
   * @return null when none comes in time
   */
  @Nullable
  Frame next(SocketDeadline deadline) throws IOException {
    try {
      while (payload == null) {
        if (!readHeader()) {
          fill(deadline);
        }
      }
      ByteBuffer whole = payload;
      int buffered = Math.min(buffer.remaining(), whole.remaining());
      whole.put(buffer.slice(buffer.position(), buffered));
      buffer.position(buffer.position() + buffered);
      while (whole.hasRemaining()) {
        read(whole, deadline);
      }
      payload = null;
      large = FrameBufferPool.isLarge(whole.limit());
      return new Frame(last, opcode, whole.flip());
    } catch (SocketTimeoutException e) {
      return null;
    }
  }

  /** Reads a header if the buffer has a whole one; returns whether it had. */
  private boolean readHeader() throws IOException {
    int start = buffer.position();
    int lengthBytes = buffer.remaining() < 2 ? 0 : lengthBytes(buffer.get(start + 1));
    if (buffer.remaining() < 2 + lengthBytes) {
      return false;
    }
    int first = buffer.get();
    int second = buffer.get();
    long length =
        switch (lengthBytes) {
          case Short.BYTES -> Short.toUnsignedLong(buffer.getShort());
          case Long.BYTES -> buffer.getLong();
          default -> second;
        };
    last = (first & FIN) != 0;
    opcode = first & OPCODE;
    boolean control = opcode >= FIRST_CONTROL;
    if ((first & RESERVED) != 0 || (second & MASKED) != 0
        || control && (!last || length > MAX_CONTROL_BYTES)) {
      throw new IOException("The daemon has sent a frame that RFC 6455 does not allow.");
    }
    if (length < 0 || length > Limits.FRAME_BYTES) {
      throw new IOException("The daemon has sent a frame that is too long.");
    }
    payload = pool.acquire((int) length);
    return true;
  }

  private static int lengthBytes(byte second) {
    return switch (second & ~MASKED & 0xFF) {
      case LENGTH_16 -> Short.BYTES;
      case LENGTH_64 -> Long.BYTES;
      default -> 0;
    };
  }

  /** Takes back the payload of a frame, which is no longer used. Any thread may call this. */
  void release(ByteBuffer content) {
    pool.release(content);
  }

  /**
   * Reads what there is, after what is left in the buffer. After a large frame it reads only little: the rest of
   * another large one is best read straight into its payload.
   */
  private void fill(SocketDeadline deadline) throws IOException {
    buffer.compact();
    try {
      if (large && buffer.position() < LITTLE_BYTES) {
        buffer.limit(LITTLE_BYTES);
      }
      read(buffer, deadline);
    } finally {
      buffer.flip();
    }
  }

  private void read(ByteBuffer into, SocketDeadline deadline) throws IOException {
    int limit = deadline.millis();
    int count;
    if (limit == 0 && buffer.isDirect()) {
      count = channel.read(into);
    } else { // a channel cannot read with a timeout, and Java 21 cannot read into the heap without direct memory
      byte[] bytes = new byte[Math.min(into.remaining(), LITTLE_BYTES)];
      socket.setSoTimeout(limit);
      count = socket.getInputStream().read(bytes);
      if (count > 0) {
        into.put(bytes, 0, count);
      }
    }
    if (count < 0) {
      throw new EOFException("The connection to the daemon has broken.");
    }
  }
}

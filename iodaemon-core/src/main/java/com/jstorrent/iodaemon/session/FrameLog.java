package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each frame of a session at level trace, in both directions: opcode, id, request and size, but
 * never payload, and so neither data nor tokens. Decorates a connection and its receiver. If the level
 * is off when a session begins, nothing is decorated, so logging costs nothing.
 */
final class FrameLog {
  private static final Logger LOG = LoggerFactory.getLogger(FrameLog.class);

  private static final int FIRST_SOCKET_OPCODE = Opcode.TCP_CONNECT.code();
  private static final int LAST_SOCKET_OPCODE = Opcode.UDP_MULTICAST_RESULT.code();

  private final long session;

  private FrameLog(long session) {
    this.session = session;
  }

  /** The connection itself, or one that logs what is sent on it. */
  static FrameConnection around(FrameConnection connection, long session) {
    return LOG.isTraceEnabled() ? new Sending(connection, new FrameLog(session)) : connection;
  }

  /** The receiver itself, or one that logs what it receives. */
  static FrameReceiver around(FrameReceiver receiver, long session) {
    return LOG.isTraceEnabled() ? new Receiving(receiver, new FrameLog(session)) : receiver;
  }

  private void line(String direction, ByteBuffer head, int size) {
    LOG.trace("Session {} {} {}", session, direction, describe(head, size));
  }

  static String describe(ByteBuffer frame) {
    return describe(frame, frame.remaining());
  }

  /** Reads the header byte by byte: the order of a transport's buffer is not known here. */
  private static String describe(ByteBuffer frame, int size) {
    if (size < FrameHeader.LENGTH) {
      return "a frame of " + size + " bytes, shorter than a header";
    }
    int code = FrameHeader.opcode(frame);
    Opcode opcode = Opcode.of(code);
    StringBuilder line =
        new StringBuilder(opcode == null ? "unknown opcode " + code : opcode.name());
    if (code >= FIRST_SOCKET_OPCODE
        && code <= LAST_SOCKET_OPCODE
        && size >= FrameHeader.DATA_OFFSET) {
      line.append(" id=").append(littleEndian(frame, FrameHeader.LENGTH));
    }
    return line.append(" request=")
        .append(littleEndian(frame, FrameHeader.LENGTH - Integer.BYTES))
        .append(" bytes=")
        .append(size)
        .toString();
  }

  private static long littleEndian(ByteBuffer frame, int offset) {
    long value = 0;
    for (int i = Integer.BYTES - 1; i >= 0; i--) {
      value = value << 8 | Byte.toUnsignedLong(frame.get(frame.position() + offset + i));
    }
    return value;
  }

  private record Sending(FrameConnection connection, FrameLog log) implements FrameConnection {
    @Override
    public int headroom() {
      return connection.headroom();
    }

    @Override
    public void send(ByteBuffer frame) throws IOException {
      log.line("sends", frame, frame.remaining());
      connection.send(frame);
    }

    @Override
    public void send(List<ByteBuffer> frames) throws IOException {
      frames.forEach(frame -> log.line("sends", frame, frame.remaining()));
      connection.send(frames);
    }

    @Override
    public void flush() throws IOException {
      connection.flush();
    }

    @Override
    public void close(CloseReason reason) {
      connection.close(reason);
    }

    @Override
    public void abort() {
      connection.abort();
    }

    @Override
    public void probe() {
      connection.probe();
    }
  }

  private record Receiving(FrameReceiver receiver, FrameLog log) implements FrameReceiver {
    @Override
    public int frameLimit() {
      return receiver.frameLimit();
    }

    @Override
    public void onFrame(ByteBuffer frame) {
      log.line("receives", frame, frame.remaining());
      receiver.onFrame(frame);
    }

    @Override
    public void onFrames(List<ByteBuffer> frames) {
      frames.forEach(frame -> log.line("receives", frame, frame.remaining()));
      receiver.onFrames(frames);
    }

    @Override
    public void onLargeFrame(LargeFrame frame) {
      ByteBuffer head = frame.next();
      if (head != null) {
        log.line("receives", head, frame.remaining());
      }
      receiver.onLargeFrame(frame);
    }

    @Override
    public MemoryAccount memory() {
      return receiver.memory();
    }

    @Override
    public void onViolation(CloseReason reason, String sentence) {
      receiver.onViolation(reason, sentence);
    }

    @Override
    public void onFlushWanted() {
      receiver.onFlushWanted();
    }

    @Override
    public void onClosed(boolean finished) {
      receiver.onClosed(finished);
    }
  }
}

package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Frames to bytes, both ways. Each method returns a new heap buffer in {@link FrameHeader#ORDER},
 * ready to read, with {@code headroom} unused bytes in front for a transport's own header.
 * Stateless, so any thread may call it.
 */
public final class FrameWriter {
  /** PROTOCOL.md § 3: clients look for a status byte at offset 4 of an ERROR, so it must exist. */
  private static final int ERROR_MIN_PAYLOAD = 5;

  private FrameWriter() {}

  /** Encodes a frame of the daemon. */
  public static ByteBuffer write(DaemonFrame frame, int headroom) {
    ByteBuffer out =
        switch (frame) {
          case DaemonFrame.ServerHello f -> text(f.opcode(), f.requestId(), headroom, f.body());
          case DaemonFrame.AuthResult f -> {
            byte[] message = utf8(f.message());
            yield start(f.opcode(), f.requestId(), headroom, 1 + message.length)
                .put((byte) f.status())
                .put(message);
          }
          case DaemonFrame.Error f -> {
            String padded = f.message() + " ".repeat(ERROR_MIN_PAYLOAD);
            int length = Math.max(f.message().length(), ERROR_MIN_PAYLOAD);
            yield text(f.opcode(), f.requestId(), headroom, padded.substring(0, length));
          }
          case DaemonFrame.TcpConnected f ->
              start(f.opcode(), f.requestId(), headroom, 9)
                  .putInt(f.socketId())
                  .put(status(f.errno()))
                  .putInt(f.errno());
          case DaemonFrame.TcpRecv f -> data(f.opcode(), headroom, f.socketId(), f.data());
          case DaemonFrame.TcpClosed f ->
              start(f.opcode(), f.requestId(), headroom, 9)
                  .putInt(f.socketId())
                  .put(status(f.errno()))
                  .putInt(f.errno());
          case DaemonFrame.TcpListenResult f ->
              start(f.opcode(), f.requestId(), headroom, 11)
                  .putInt(f.serverId())
                  .put(status(f.errno()))
                  .putShort((short) f.boundPort())
                  .putInt(f.errno());
          case DaemonFrame.TcpAccept f -> {
            byte[] address = utf8(f.remoteAddress());
            yield start(f.opcode(), f.requestId(), headroom, 10 + address.length)
                .putInt(f.serverId())
                .putInt(f.socketId())
                .putShort((short) f.remotePort())
                .put(address);
          }
        };
    return out.flip().position(headroom);
  }

  /** Encodes a frame of a client. */
  public static ByteBuffer write(ClientFrame frame, int headroom) {
    ByteBuffer out =
        switch (frame) {
          case ClientFrame.ClientHello f -> text(f.opcode(), f.requestId(), headroom, f.body());
          case ClientFrame.Auth f -> {
            byte[] token = utf8(f.token());
            yield start(f.opcode(), f.requestId(), headroom, 1 + token.length)
                .put((byte) f.type())
                .put(token);
          }
          case ClientFrame.TcpConnect f ->
              addressed(f, headroom, f.socketId(), f.port(), f.host());
          case ClientFrame.TcpSend f -> data(f.opcode(), headroom, f.socketId(), f.data());
          case ClientFrame.TcpClose f ->
              start(f.opcode(), f.requestId(), headroom, 4).putInt(f.socketId());
          case ClientFrame.TcpListen f ->
              addressed(f, headroom, f.serverId(), f.port(), f.bindAddress());
          case ClientFrame.TcpStopListen f ->
              start(f.opcode(), f.requestId(), headroom, 4).putInt(f.serverId());
        };
    return out.flip().position(headroom);
  }

  private static ByteBuffer addressed(
      ClientFrame frame, int headroom, int id, int port, String address) {
    byte[] bytes = utf8(address);
    return start(frame.opcode(), frame.requestId(), headroom, 6 + bytes.length)
        .putInt(id)
        .putShort((short) port)
        .put(bytes);
  }

  private static ByteBuffer data(Opcode opcode, int headroom, int socketId, ByteBuffer data) {
    return start(opcode, 0, headroom, Integer.BYTES + data.remaining())
        .putInt(socketId)
        .put(data.duplicate());
  }

  private static ByteBuffer text(Opcode opcode, int requestId, int headroom, String text) {
    byte[] bytes = utf8(text);
    return start(opcode, requestId, headroom, bytes.length).put(bytes);
  }

  /** A buffer with the header written, positioned at the payload. */
  private static ByteBuffer start(Opcode opcode, int requestId, int headroom, int payload) {
    ByteBuffer out =
        ByteBuffer.allocate(headroom + FrameHeader.LENGTH + payload).order(FrameHeader.ORDER);
    FrameHeader.put(out, headroom, opcode, requestId);
    return out.position(headroom + FrameHeader.LENGTH);
  }

  private static byte status(int errno) {
    return (byte) (errno == 0 ? 0 : 1);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

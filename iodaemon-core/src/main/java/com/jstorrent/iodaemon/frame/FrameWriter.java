package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Encodes frames of both directions. Each method returns a new heap buffer, ready for reading, with
 * {@code headroom} unused bytes before it for a transport's own header. The buffer is big-endian,
 * the default of the JDK, because some libraries corrupt data in buffers of the other order
 * (JDK-8351339). Stateless and thread-safe.
 */
public final class FrameWriter {
  /** PROTOCOL.md § 3: clients look for a status byte at offset 4 of an ERROR, so it must exist. */
  private static final int ERROR_MIN_PAYLOAD = 5;

  private FrameWriter() {}

  /**
   * Encodes a frame from the daemon.
   *
   * @param frame what it says
   * @param headroom how many bytes in front of the frame are left unused
   * @return a new buffer, ready for reading
   */
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
          case DaemonFrame.TcpConnected f -> outcome(f, headroom, f.socketId(), f.errno());
          case DaemonFrame.TcpRecv f -> data(f.opcode(), headroom, f.socketId(), f.data());
          case DaemonFrame.TcpClosed f -> outcome(f, headroom, f.socketId(), f.errno());
          case DaemonFrame.TcpListenResult f ->
              bound(f, headroom, f.serverId(), f.boundPort(), f.errno());
          case DaemonFrame.TcpAccept f -> {
            byte[] address = utf8(f.remoteAddress());
            yield start(f.opcode(), f.requestId(), headroom, 10 + address.length)
                .putInt(f.serverId())
                .putInt(f.socketId())
                .putShort((short) f.remotePort())
                .put(address);
          }
          case DaemonFrame.TcpSecured f -> outcome(f, headroom, f.socketId(), f.errno());
          case DaemonFrame.TcpShutdown f ->
              start(f.opcode(), f.requestId(), headroom, 4).putInt(f.socketId());
          case DaemonFrame.TcpCredit f ->
              credit(f.opcode(), f.requestId(), headroom, f.socketId(), f.bytes());
          case DaemonFrame.UdpBound f ->
              bound(f, headroom, f.socketId(), f.boundPort(), f.errno());
          case DaemonFrame.UdpRecv f ->
              datagram(f.opcode(), headroom, f.socketId(), f.port(), f.address(), f.data());
          case DaemonFrame.UdpClosed f -> outcome(f, headroom, f.socketId(), f.errno());
          case DaemonFrame.UdpMulticastResult f -> outcome(f, headroom, f.socketId(), f.errno());
          case DaemonFrame.Ack f ->
              start(f.opcode(), f.requestId(), headroom, 8).putLong(f.frames());
          case DaemonFrame.Resumed f -> resumed(f, headroom);
          case DaemonFrame.RangeRequest f -> {
            byte[] fileId = utf8(f.fileId());
            yield start(f.opcode(), f.requestId(), headroom, 16 + fileId.length)
                .putLong(f.start())
                .putLong(f.end())
                .put(fileId);
          }
          case DaemonFrame.RangeCancel f -> start(f.opcode(), f.requestId(), headroom, 0);
          case DaemonFrame.RootsChanged f -> text(f.opcode(), f.requestId(), headroom, f.roots());
          case DaemonFrame.Event f -> text(f.opcode(), f.requestId(), headroom, f.event());
        };
    return finish(out, headroom);
  }

  /**
   * Encodes a frame from a client.
   *
   * @param frame what it says
   * @param headroom how many bytes in front of the frame are left unused
   * @return a new buffer, ready for reading
   */
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
          case ClientFrame.TcpSecure f -> {
            byte[] host = utf8(f.host());
            yield start(f.opcode(), f.requestId(), headroom, 5 + host.length)
                .putInt(f.socketId())
                .put((byte) (f.skipChecks() ? 1 : 0))
                .put(host);
          }
          case ClientFrame.TcpShutdown f ->
              start(f.opcode(), f.requestId(), headroom, 4).putInt(f.socketId());
          case ClientFrame.TcpCredit f ->
              credit(f.opcode(), f.requestId(), headroom, f.socketId(), f.bytes());
          case ClientFrame.UdpBind f ->
              addressed(f, headroom, f.socketId(), f.port(), f.bindAddress());
          case ClientFrame.UdpSend f ->
              datagram(f.opcode(), headroom, f.socketId(), f.port(), f.host(), f.data());
          case ClientFrame.UdpClose f ->
              start(f.opcode(), f.requestId(), headroom, 4).putInt(f.socketId());
          case ClientFrame.UdpJoinMulticast f -> group(f, headroom, f.socketId(), f.group());
          case ClientFrame.UdpLeaveMulticast f -> group(f, headroom, f.socketId(), f.group());
          case ClientFrame.Ack f ->
              start(f.opcode(), f.requestId(), headroom, 8).putLong(f.frames());
          case ClientFrame.RangeAvailable f -> start(f.opcode(), f.requestId(), headroom, 0);
          case ClientFrame.RangeBlock f -> start(f.opcode(), f.requestId(), headroom, 0);
          case ClientFrame.RangeReady f -> start(f.opcode(), f.requestId(), headroom, 0);
          case ClientFrame.OpenFolderPicker f ->
              start(f.opcode(), f.requestId(), headroom, 0);
          case ClientFrame.RangeReject f ->
              start(f.opcode(), f.requestId(), headroom, 2).putShort((short) f.httpStatus());
          case ClientFrame.Resume f -> {
            byte[] ticket = utf8(f.ticket());
            yield start(f.opcode(), f.requestId(), headroom, 8 + ticket.length)
                .putLong(f.frames())
                .put(ticket);
          }
        };
    return finish(out, headroom);
  }

  private static ByteBuffer outcome(DaemonFrame frame, int headroom, int id, int errno) {
    return start(frame.opcode(), frame.requestId(), headroom, 9)
        .putInt(id)
        .put(status(errno))
        .putInt(errno);
  }

  private static ByteBuffer credit(
      Opcode opcode, int requestId, int headroom, int socketId, int bytes) {
    return start(opcode, requestId, headroom, 8).putInt(socketId).putInt(bytes);
  }

  private static ByteBuffer bound(DaemonFrame frame, int headroom, int id, int port, int errno) {
    return start(frame.opcode(), frame.requestId(), headroom, 11)
        .putInt(id)
        .put(status(errno))
        .putShort((short) port)
        .putInt(errno);
  }

  private static ByteBuffer datagram(
      Opcode opcode, int headroom, int id, int port, String address, ByteBuffer data) {
    byte[] bytes = utf8(address);
    return start(opcode, 0, headroom, 8 + bytes.length + data.remaining())
        .putInt(id)
        .putShort((short) port)
        .putShort((short) bytes.length)
        .put(bytes)
        .put(data.duplicate());
  }

  private static ByteBuffer group(ClientFrame frame, int headroom, int id, String group) {
    byte[] bytes = utf8(group);
    return start(frame.opcode(), frame.requestId(), headroom, 4 + bytes.length)
        .putInt(id)
        .put(bytes);
  }

  @SuppressWarnings("EnumOrdinal") // the enums define it as the number on the wire
  private static ByteBuffer resumed(DaemonFrame.Resumed frame, int headroom) {
    int length = 25 + frame.entries().size() * FrameHeader.LIVE_ENTRY_LENGTH;
    ByteBuffer out =
        start(frame.opcode(), frame.requestId(), headroom, length)
            .putInt(frame.entries().size())
            .put(status(frame.errno()))
            .putInt(frame.errno())
            .putLong(frame.fromClient())
            .putLong(frame.toClient());
    for (DaemonFrame.Live live : frame.entries()) {
      out.put((byte) live.kind().ordinal()).putInt(live.id());
      out.put((byte) live.state().ordinal());
      out.putLong(live.toClient()).putLong(live.fromClient());
    }
    return out;
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

  /** Allocates a buffer and writes the header; the position is that of the payload. */
  private static ByteBuffer start(Opcode opcode, int requestId, int headroom, int payload) {
    ByteBuffer out =
        ByteBuffer.allocate(headroom + FrameHeader.LENGTH + payload).order(FrameHeader.ORDER);
    FrameHeader.put(out, headroom, opcode, requestId);
    return out.position(headroom + FrameHeader.LENGTH);
  }

  private static ByteBuffer finish(ByteBuffer out, int headroom) {
    return out.flip().position(headroom).order(ByteOrder.BIG_ENDIAN);
  }

  private static byte status(int errno) {
    return (byte) (errno == 0 ? 0 : 1);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

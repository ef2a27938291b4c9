package com.jstorrent.iodaemon.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** Any bytes are a frame or a {@link ProtocolException}; frames are written as they were read. */
class FrameFuzzTest {
  private static final String REPLACEMENT = "\uFFFD"; // replaces bytes that are not UTF-8

  @FuzzTest
  void frames(byte[] bytes) throws ProtocolException {
    ClientFrame client = client(ByteBuffer.wrap(bytes));
    if (client != null) {
      ByteBuffer written = FrameWriter.write(client, 0);
      assertThat(client(written.duplicate())).isEqualTo(withoutUnsent(client));
      if (isWrittenWhole(client, bytes, written.remaining())) {
        assertThat(written).isEqualTo(ByteBuffer.wrap(bytes));
      }
    }
    DaemonFrame daemon = daemon(ByteBuffer.wrap(bytes));
    if (daemon != null) {
      ByteBuffer written = FrameWriter.write(daemon, 0);
      assertThat(FrameWriter.write(FrameReader.readDaemon(written), 0)).isEqualTo(written);
    }
  }

  private static ClientFrame client(ByteBuffer frame) {
    try {
      return FrameReader.readClient(FrameReader.clientOpcode(frame), frame);
    } catch (ProtocolException e) {
      assertThat(e.getMessage()).endsWith(".");
      return null;
    }
  }

  private static DaemonFrame daemon(ByteBuffer bytes) {
    try {
      return FrameReader.readDaemon(bytes);
    } catch (ProtocolException e) {
      assertThat(e.getMessage()).endsWith(".");
      return null;
    }
  }

  /** Data is written without a request id, since it is never answered. */
  private static ClientFrame withoutUnsent(ClientFrame frame) {
    return switch (frame) {
      case ClientFrame.TcpSend f -> new ClientFrame.TcpSend(0, f.socketId(), f.data());
      case ClientFrame.UdpSend f ->
          new ClientFrame.UdpSend(0, f.socketId(), f.port(), f.host(), f.data());
      default -> frame;
    };
  }

  /** Whether the reader has neither ignored nor corrected any of the bytes. */
  private static boolean isWrittenWhole(ClientFrame frame, byte[] bytes, int length) {
    boolean whole =
        switch (frame) {
          case ClientFrame.TcpSend f -> f.requestId() == 0;
          case ClientFrame.UdpSend f -> f.requestId() == 0;
          case ClientFrame.TcpSecure f ->
              Byte.toUnsignedInt(bytes[FrameHeader.DATA_OFFSET]) < 2;
          case ClientFrame.Auth f -> !f.token().contains(REPLACEMENT);
          default -> true;
        };
    boolean flags = bytes[2] != 0 || bytes[3] != 0;
    return whole && !flags && length == bytes.length && !frame.toString().contains(REPLACEMENT);
  }
}

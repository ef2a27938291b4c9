package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.net.address.AddressText;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Builds UDP_RECV (PROTOCOL.md § 3) around a datagram that is received straight to the place of its
 * payload. The length of the address in front of it is known only afterwards, so the beginning of the
 * frame is counted back from the payload.
 */
public final class UdpRecvFrame {
  private static final int PORT_OFFSET = FrameHeader.LENGTH + 4;
  private static final int ADDRESS_LENGTH_OFFSET = FrameHeader.LENGTH + 6;
  private static final int ADDRESS_OFFSET = FrameHeader.LENGTH + 8;

  /** The longest address in text, with the name of an interface after it. */
  private static final int ADDRESS_BYTES = 80;

  private UdpRecvFrame() {}

  /**
   * Positions a buffer, of byte order {@link FrameHeader#ORDER}, for the payload.
   *
   * @param headroom bytes in front of the frame that the transport needs
   */
  public static void prepare(ByteBuffer buffer, int headroom) {
    buffer.clear().position(dataStart(headroom));
  }

  /**
   * Writes the headers in front of a payload that ends at the buffer's position; the frame is then
   * between position and limit.
   *
   * @return how many bytes the payload has
   */
  public static int complete(ByteBuffer buffer, int headroom, int socketId,
      InetSocketAddress from) {
    int dataStart = dataStart(headroom);
    int size = buffer.position() - dataStart;
    byte[] address = AddressText.of(from.getAddress()).getBytes(StandardCharsets.UTF_8);
    int start = dataStart - address.length - ADDRESS_OFFSET;
    FrameHeader.putData(buffer, start, Opcode.UDP_RECV, socketId);
    buffer.putShort(start + PORT_OFFSET, (short) from.getPort());
    buffer.putShort(start + ADDRESS_LENGTH_OFFSET, (short) address.length);
    buffer.put(start + ADDRESS_OFFSET, address);
    buffer.limit(dataStart + size).position(start);
    return size;
  }

  private static int dataStart(int headroom) {
    return headroom + ADDRESS_OFFSET + ADDRESS_BYTES;
  }

  /**
   * How many bytes the datagram in a frame has.
   *
   * @param frame at least its beginning, in byte order {@link FrameHeader#ORDER}
   * @param size of the whole frame
   */
  public static int payloadBytes(ByteBuffer frame, int size) {
    int address =
        Short.toUnsignedInt(frame.getShort(frame.position() + ADDRESS_LENGTH_OFFSET));
    return size - ADDRESS_OFFSET - address;
  }
}

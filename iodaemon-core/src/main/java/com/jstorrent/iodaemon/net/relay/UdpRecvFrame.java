package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.net.address.AddressText;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The layout of UDP_RECV (PROTOCOL.md § 3), for a datagram that is received to where its payload will
 * stand: the address in front of it has a length that is known only afterwards, so the headers are
 * written backwards from there.
 */
public final class UdpRecvFrame {
  private static final int PORT_OFFSET = FrameHeader.LENGTH + 4;
  private static final int ADDRESS_LENGTH_OFFSET = FrameHeader.LENGTH + 6;
  private static final int ADDRESS_OFFSET = FrameHeader.LENGTH + 8;

  /** The longest address in text, with the name of an interface behind it. */
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
   * Writes the headers in front of a payload that ends at the buffer's position; the frame then stands
   * between position and limit.
   *
   * @return the bytes of the payload
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
   * Bytes of the datagram in a frame.
   *
   * @param frame its beginning at least, of byte order {@link FrameHeader#ORDER}
   * @param size of the whole frame
   */
  public static int payloadBytes(ByteBuffer frame, int size) {
    int address =
        Short.toUnsignedInt(frame.getShort(frame.position() + ADDRESS_LENGTH_OFFSET));
    return size - ADDRESS_OFFSET - address;
  }
}

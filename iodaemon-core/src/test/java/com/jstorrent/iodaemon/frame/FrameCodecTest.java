package com.jstorrent.iodaemon.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The encoding of frames on the wire, in hex, in both directions. */
class FrameCodecTest {
  private static final List<ByteOrder> ORDERS =
      List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);

  private static final ByteBuffer DATA = ByteBuffer.wrap(new byte[] {(byte) 0xCA, (byte) 0xFE});

  static Stream<Arguments> clientFrames() {
    return Stream.of(
        Arguments.of("01 01 0000 01000000", new ClientFrame.ClientHello(1, "")),
        Arguments.of("01 01 0000 01000000 7b7d", new ClientFrame.ClientHello(1, "{}")),
        Arguments.of("01 03 0000 02000000 01 746f6b", new ClientFrame.Auth(2, 1, "tok")),
        Arguments.of(
            "01 10 0000 04030201 07000000 e11a 3a3a31",
            new ClientFrame.TcpConnect(0x01020304, 7, 6881, "::1")),
        Arguments.of("01 12 0000 00000000 ffffffff cafe", new ClientFrame.TcpSend(0, -1, DATA)),
        Arguments.of("01 14 0000 00000000 07000000", new ClientFrame.TcpClose(0, 7)),
        Arguments.of("01 15 0000 05000000 03000000 ffff",
            new ClientFrame.TcpListen(5, 3, 65535, "")),
        Arguments.of("01 18 0000 00000000 03000000", new ClientFrame.TcpStopListen(0, 3)),
        Arguments.of(
            "01 19 0000 06000000 07000000 01 6869", new ClientFrame.TcpSecure(6, 7, true, "hi")),
        Arguments.of(
            "01 19 0000 06000000 07000000 00", new ClientFrame.TcpSecure(6, 7, false, "")),
        Arguments.of("01 1b 0000 00000000 07000000", new ClientFrame.TcpShutdown(0, 7)),
        Arguments.of(
            "01 1c 0000 00000000 07000000 00000100", new ClientFrame.TcpCredit(0, 7, 65536)),
        Arguments.of(
            "01 20 0000 06000000 07000000 e11a 3a3a31",
            new ClientFrame.UdpBind(6, 7, 6881, "::1")),
        Arguments.of(
            "01 22 0000 00000000 07000000 e11a 0300 3a3a31 cafe",
            new ClientFrame.UdpSend(0, 7, 6881, "::1", DATA)),
        Arguments.of("01 24 0000 00000000 07000000", new ClientFrame.UdpClose(0, 7)),
        Arguments.of(
            "01 25 0000 08000000 07000000 666630323a3a31",
            new ClientFrame.UdpJoinMulticast(8, 7, "ff02::1")),
        Arguments.of(
            "01 26 0000 00000000 07000000 666630323a3a31",
            new ClientFrame.UdpLeaveMulticast(0, 7, "ff02::1")),
        Arguments.of("01 05 0000 00000000 0900000000000000", new ClientFrame.Ack(0, 9)),
        Arguments.of(
            "01 06 0000 03000000 0900000000000000 6162", new ClientFrame.Resume(3, 9, "ab")),
        Arguments.of("01 31 0000 09000000", new ClientFrame.RangeAvailable(9)),
        Arguments.of("01 32 0000 09000000", new ClientFrame.RangeBlock(9)),
        Arguments.of("01 33 0000 09000000", new ClientFrame.RangeReady(9)),
        Arguments.of("01 34 0000 09000000 a001", new ClientFrame.RangeReject(9, 416)));
  }

  static Stream<Arguments> daemonFrames() {
    return Stream.of(
        Arguments.of("01 02 0000 01000000", new DaemonFrame.ServerHello(1, "")),
        Arguments.of("01 04 0000 02000000 00", new DaemonFrame.AuthResult(2, 0, "")),
        Arguments.of("01 04 0000 02000000 01 6e6f", new DaemonFrame.AuthResult(2, 1, "no")),
        Arguments.of("01 7f 0000 09000000 6f68202020", new DaemonFrame.Error(9, "oh")),
        Arguments.of(
            "01 11 0000 04000000 07000000 00 00000000", new DaemonFrame.TcpConnected(4, 7, 0)),
        Arguments.of(
            "01 11 0000 04000000 07000000 01 6f000000", new DaemonFrame.TcpConnected(4, 7, 111)),
        Arguments.of("01 13 0000 00000000 07000000 cafe", new DaemonFrame.TcpRecv(0, 7, DATA)),
        Arguments.of(
            "01 14 0000 00000000 07000000 01 68000000", new DaemonFrame.TcpClosed(0, 7, 104)),
        Arguments.of(
            "01 16 0000 05000000 03000000 00 3930 00000000",
            new DaemonFrame.TcpListenResult(5, 3, 12345, 0)),
        Arguments.of(
            "01 17 0000 00000000 03000000 00000080 3930 3a3a31",
            new DaemonFrame.TcpAccept(0, 3, 0x8000_0000, 12345, "::1")),
        Arguments.of(
            "01 1a 0000 06000000 07000000 01 81000000", new DaemonFrame.TcpSecured(6, 7, 129)),
        Arguments.of("01 1b 0000 00000000 07000000", new DaemonFrame.TcpShutdown(0, 7)),
        Arguments.of(
            "01 1c 0000 00000000 07000000 ffffffff", new DaemonFrame.TcpCredit(0, 7, -1)),
        Arguments.of(
            "01 21 0000 06000000 07000000 00 3930 00000000",
            new DaemonFrame.UdpBound(6, 7, 12345, 0)),
        Arguments.of(
            "01 23 0000 00000000 07000000 e11a 0300 3a3a31 cafe",
            new DaemonFrame.UdpRecv(0, 7, 6881, "::1", DATA)),
        Arguments.of(
            "01 24 0000 00000000 07000000 01 68000000", new DaemonFrame.UdpClosed(0, 7, 104)),
        Arguments.of(
            "01 27 0000 08000000 07000000 01 13000000",
            new DaemonFrame.UdpMulticastResult(8, 7, 19)),
        Arguments.of("01 05 0000 00000000 0900000000000000", new DaemonFrame.Ack(0, 9)),
        Arguments.of(
            "01 30 0000 09000000 0000100000000000 ffff1f0000000000 6162",
            new DaemonFrame.RangeRequest(9, 1 << 20, (1 << 21) - 1, "ab")),
        Arguments.of("01 35 0000 09000000", new DaemonFrame.RangeCancel(9)),
        Arguments.of(
            "01 07 0000 03000000 01000000 00 00000000 0900000000000000 0800000000000000"
                + " 01 07000000 01 0500000000000000 0600000000000000",
            new DaemonFrame.Resumed(
                3,
                0,
                9,
                8,
                List.of(
                    new DaemonFrame.Live(
                        DaemonFrame.Live.Kind.UDP_SOCKET,
                        7,
                        DaemonFrame.Live.State.OPEN,
                        5,
                        6)))));
  }

  @ParameterizedTest
  @MethodSource("clientFrames")
  void clientFramesHaveTheDocumentedEncoding(String hex, ClientFrame frame)
      throws Exception {
    ByteBuffer bytes = bytes(hex);
    assertThat(FrameReader.readClient(FrameReader.clientOpcode(bytes), bytes)).isEqualTo(frame);
    assertThat(FrameWriter.write(frame, 3)).isEqualTo(bytes);
    assertThat(FrameWriter.write(frame, 3).position()).as("headroom").isEqualTo(3);
  }

  @ParameterizedTest
  @MethodSource("daemonFrames")
  void daemonFramesHaveTheDocumentedEncoding(String hex, DaemonFrame frame)
      throws Exception {
    assertThat(FrameReader.readDaemon(bytes(hex))).isEqualTo(frame);
    assertThat(FrameWriter.write(frame, 3)).isEqualTo(bytes(hex));
  }

  /**
   * Embedders may use either byte order, and some libraries corrupt data in little-endian buffers.
   */
  @ParameterizedTest
  @MethodSource("clientFrames")
  void clientFramesAreReadInAnyByteOrderAndGiveBigEndianData(String hex, ClientFrame frame)
      throws Exception {
    ByteBuffer written = FrameWriter.write(frame, 3);
    assertThat(written.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    for (ByteOrder order : ORDERS) {
      ByteBuffer bytes = bytes(hex).order(order);
      ClientFrame read = FrameReader.readClient(FrameReader.clientOpcode(bytes), bytes);
      assertThat(read).isEqualTo(frame);
      assertThat(bytes).isEqualTo(bytes(hex));
      assertThat(bytes.order()).as("the order of the given buffer").isEqualTo(order);
      ByteBuffer data =
          switch (read) {
            case ClientFrame.TcpSend f -> f.data();
            case ClientFrame.UdpSend f -> f.data();
            default -> written;
          };
      assertThat(data.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    }
  }

  @ParameterizedTest
  @MethodSource("daemonFrames")
  void daemonFramesAreReadInAnyByteOrderAndGiveBigEndianData(String hex, DaemonFrame frame)
      throws Exception {
    ByteBuffer written = FrameWriter.write(frame, 3);
    assertThat(written.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    for (ByteOrder order : ORDERS) {
      ByteBuffer bytes = bytes(hex).order(order);
      DaemonFrame read = FrameReader.readDaemon(bytes);
      assertThat(read).isEqualTo(frame);
      assertThat(bytes.order()).as("the order of the given buffer").isEqualTo(order);
      ByteBuffer data =
          switch (read) {
            case DaemonFrame.TcpRecv f -> f.data();
            case DaemonFrame.UdpRecv f -> f.data();
            default -> written;
          };
      assertThat(data.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    }
  }

  @Test
  void aHeaderIsTheSameInEitherByteOrder() {
    for (ByteOrder order : ORDERS) {
      ByteBuffer frame = ByteBuffer.allocate(FrameHeader.DATA_OFFSET).order(order);
      FrameHeader.putData(frame, 0, Opcode.TCP_RECV, 0x0102_0304);
      assertThat(frame).isEqualTo(bytes("01 13 0000 00000000 04030201"));
      FrameHeader.put(frame, 0, Opcode.TCP_RECV, 0x0506_0708);
      assertThat(FrameHeader.requestId(frame)).isEqualTo(0x0506_0708);
      assertThat(FrameHeader.socketId(frame)).isEqualTo(0x0102_0304);
    }
  }

  @ParameterizedTest
  @MethodSource("clientFrames")
  void aTruncatedFrameIsRefusedOrShorterButNeverMisread(String hex, ClientFrame frame) {
    ByteBuffer whole = bytes(hex);
    for (int length = 0; length < whole.limit(); length++) {
      ByteBuffer part = whole.slice(0, length).order(FrameHeader.ORDER);
      int least = FrameHeader.LENGTH + frame.opcode().minPayload();
      if (length < least) {
        assertThatThrownBy(() -> FrameReader.clientOpcode(part))
            .isInstanceOf(ProtocolException.class);
      } else {
        assertThat(readOrRefuse(part)).isTrue();
      }
    }
  }

  @Test
  void tokenEndsAtTheFirstNulInTheFormWithIds() throws Exception {
    ByteBuffer bytes = bytes("01 03 0000 02000000 00 746f6b 00 657874 00 696e7374");
    assertThat(FrameReader.readClient(Opcode.AUTH, bytes))
        .isEqualTo(new ClientFrame.Auth(2, 0, "tok"));
    ByteBuffer bare = bytes("01 03 0000 02000000 00 746f6b");
    assertThat(FrameReader.readClient(Opcode.AUTH, bare))
        .as("both ids may be missing")
        .isEqualTo(new ClientFrame.Auth(2, 0, "tok"));
  }

  @Test
  void theTokenIsNotInToString() {
    assertThat(new ClientFrame.Auth(1, 1, "secret").toString()).doesNotContain("secret");
  }

  @Test
  void refusalsGiveTheReasonAndTheRequestId() {
    assertRefused("02 01 0000 09000000", 9, "Frame version 2 is not supported.");
    assertRefused("01 66 0000 09000000", 9, "Unknown opcode 0x66.");
    assertRefused("01 11 0000 09000000", 9, "A client must not send TCP_CONNECTED.");
    assertRefused("01 10 0000 09000000 07000000", 9, "The payload of TCP_CONNECT is too short.");
    assertRefused("01 10 00", 0, "A frame needs a header of 8 bytes.");
    assertRefused(
        "01 10 0000 09000000 07000000 e11a", 9, "A host name or address is missing.");
    assertRefused("01 03 0000 09000000 07", 9, "Unknown AUTH type 7.");
    assertRefused("01 34 0000 09000000 a0", 9, "The payload of RANGE_REJECT is too short.");
    assertRefused(
        "01 22 0000 09000000 07000000 e11a 0400 3a3a31",
        9,
        "The address is longer than the frame.");
    assertRefused(
        "01 22 0000 09000000 07000000 e11a 0000 3a3a31",
        9,
        "A host name or address is missing.");
    assertRefused("01 25 0000 09000000 07000000", 9, "A host name or address is missing.");
  }

  @Test
  void theErrnoOfAFailedTcpSecuredIsOptional() throws Exception {
    assertThat(FrameReader.readDaemon(bytes("01 1a 0000 06000000 07000000 01")))
        .isEqualTo(new DaemonFrame.TcpSecured(6, 7, 1));
    assertThat(FrameReader.readDaemon(bytes("01 1a 0000 06000000 07000000 00")))
        .isEqualTo(new DaemonFrame.TcpSecured(6, 7, 0));
  }

  @Test
  void randomBytesAreRefusedOrReadWithoutOtherExceptions() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 100_000; i++) {
      byte[] noise = new byte[random.nextInt(40)];
      random.nextBytes(noise);
      if (noise.length > 1 && random.nextBoolean()) {
        noise[0] = FrameHeader.VERSION;
        noise[1] = (byte) Opcode.values()[random.nextInt(Opcode.values().length)].code();
      }
      ByteBuffer frame = ByteBuffer.wrap(noise).order(FrameHeader.ORDER);
      assertThat(readOrRefuse(frame)).as("seed %d, frame %d", seed, i).isTrue();
      try {
        FrameReader.readDaemon(frame);
      } catch (ProtocolException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  private static boolean readOrRefuse(ByteBuffer frame) {
    try {
      FrameReader.readClient(FrameReader.clientOpcode(frame), frame);
      return true;
    } catch (ProtocolException e) {
      return e.getMessage() != null;
    }
  }

  private static void assertRefused(String hex, int requestId, String sentence) {
    ByteBuffer frame = bytes(hex);
    assertThatThrownBy(() -> FrameReader.readClient(FrameReader.clientOpcode(frame), frame))
        .isInstanceOf(ProtocolException.class)
        .hasMessage(sentence)
        .satisfies(e -> assertThat(((ProtocolException) e).requestId()).isEqualTo(requestId));
  }

  private static ByteBuffer bytes(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")))
        .order(FrameHeader.ORDER);
  }
}

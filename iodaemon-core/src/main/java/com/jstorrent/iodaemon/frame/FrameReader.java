package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes frames of both directions: {@link ClientFrame} for the daemon, {@link DaemonFrame} for
 * clients. Stateless and thread-safe. Buffers may have any byte order; their position and order are
 * not changed.
 *
 * <p>The data of a frame is a view of the buffer. The view is big-endian, the default of the JDK,
 * because some libraries corrupt data in buffers of the other order (JDK-8351339).
 */
public final class FrameReader {
  private static final int TOKEN_TYPE_WITH_IDS = 0;
  private static final int TOKEN_TYPE_PLAIN = 1;
  private static final DaemonFrame.Live.Kind[] LIVE_KINDS = DaemonFrame.Live.Kind.values();
  private static final DaemonFrame.Live.State[] LIVE_STATES = DaemonFrame.Live.State.values();
  private static final int SKIP_CHECKS = 1;
  private static final int CLOSED_PAYLOAD = 9;
  private static final char FIELD_END = '\0';

  /** Four bytes for each character of the longest name, and for one more, which shows that a text is too long. */
  private static final int HOST_TEXT_BYTES = 1024;

  private FrameReader() {}

  /**
   * Checks version, opcode, direction and minimum length, in that order.
   *
   * @param frame the frame, between position and limit
   * @return its opcode
   * @throws ProtocolException with the message for the ERROR frame
   */
  public static Opcode clientOpcode(ByteBuffer frame) throws ProtocolException {
    Opcode opcode = opcode(frame);
    if (!opcode.fromClient()) {
      throw new ProtocolException(
          FrameHeader.requestId(frame), "A client must not send " + opcode + ".");
    }
    if (frame.remaining() - FrameHeader.LENGTH < opcode.minPayload()) {
      throw tooShort(frame, opcode);
    }
    return opcode;
  }

  /**
   * Reads a frame that {@link #clientOpcode} has accepted.
   *
   * @param opcode the opcode of the frame
   * @param frame the frame, between position and limit
   * @return what it says; its data is a view of the frame
   * @throws ProtocolException when a field of the payload is malformed or this daemon does not
   *     support the opcode
   */
  public static ClientFrame readClient(Opcode opcode, ByteBuffer frame) throws ProtocolException {
    int requestId = FrameHeader.requestId(frame);
    int id = opcode.minPayload() >= Integer.BYTES ? FrameHeader.socketId(frame) : 0;
    ByteBuffer rest = payload(frame);
    return switch (opcode) {
      case CLIENT_HELLO -> new ClientFrame.ClientHello(requestId, utf8(rest));
      case AUTH -> readAuth(requestId, rest);
      case TCP_CONNECT -> {
        int port = port(rest);
        yield new ClientFrame.TcpConnect(requestId, id, port, host(requestId, rest));
      }
      case TCP_SEND ->
          new ClientFrame.TcpSend(requestId, id, data(rest.position(rest.position() + 4)));
      case TCP_CLOSE -> new ClientFrame.TcpClose(requestId, id);
      case TCP_LISTEN -> {
        int port = port(rest);
        yield new ClientFrame.TcpListen(requestId, id, port, hostText(rest));
      }
      case TCP_STOP_LISTEN -> new ClientFrame.TcpStopListen(requestId, id);
      case TCP_SECURE -> {
        int flags = rest.position(rest.position() + Integer.BYTES).get();
        yield new ClientFrame.TcpSecure(requestId, id, (flags & SKIP_CHECKS) != 0, hostText(rest));
      }
      case TCP_SHUTDOWN -> new ClientFrame.TcpShutdown(requestId, id);
      case TCP_CREDIT ->
          new ClientFrame.TcpCredit(requestId, id, rest.getInt(rest.position() + Integer.BYTES));
      case UDP_BIND -> {
        int port = port(rest);
        yield new ClientFrame.UdpBind(requestId, id, port, hostText(rest));
      }
      case UDP_SEND -> {
        int port = port(rest);
        String host = host(requestId, address(requestId, rest));
        yield new ClientFrame.UdpSend(requestId, id, port, host, data(rest));
      }
      case UDP_CLOSE -> new ClientFrame.UdpClose(requestId, id);
      case UDP_JOIN_MULTICAST ->
          new ClientFrame.UdpJoinMulticast(requestId, id, group(requestId, rest));
      case UDP_LEAVE_MULTICAST ->
          new ClientFrame.UdpLeaveMulticast(requestId, id, group(requestId, rest));
      case ACK -> new ClientFrame.Ack(requestId, rest.getLong());
      case RESUME -> new ClientFrame.Resume(requestId, rest.getLong(), utf8(rest));
      case RANGE_AVAILABLE -> new ClientFrame.RangeAvailable(requestId);
      case RANGE_BLOCK -> new ClientFrame.RangeBlock(requestId);
      case RANGE_READY -> new ClientFrame.RangeReady(requestId);
      case RANGE_REJECT ->
          new ClientFrame.RangeReject(requestId, Short.toUnsignedInt(rest.getShort()));
      case OPEN_FOLDER_PICKER -> new ClientFrame.OpenFolderPicker(requestId);
      default ->
          throw new ProtocolException(requestId, "This daemon does not serve " + opcode + ".");
    };
  }

  /**
   * Reads a frame from the daemon, for a client.
   *
   * @param frame the frame, between position and limit
   * @return what it says; its data is a view of the frame
   * @throws ProtocolException when the frame is not valid
   */
  public static DaemonFrame readDaemon(ByteBuffer frame) throws ProtocolException {
    Opcode opcode = opcode(frame);
    int minimum =
        switch (opcode) {
          case TCP_CLOSE, UDP_CLOSE -> CLOSED_PAYLOAD;
          default -> opcode.minPayload();
        };
    if (frame.remaining() - FrameHeader.LENGTH < minimum) {
      throw tooShort(frame, opcode);
    }
    int requestId = FrameHeader.requestId(frame);
    ByteBuffer in = payload(frame);
    return switch (opcode) {
      case SERVER_HELLO -> new DaemonFrame.ServerHello(requestId, utf8(in));
      case AUTH_RESULT -> new DaemonFrame.AuthResult(requestId, in.get(), utf8(in));
      case ERROR -> new DaemonFrame.Error(requestId, utf8(in).stripTrailing());
      case TCP_CONNECTED -> new DaemonFrame.TcpConnected(requestId, in.getInt(), errno(in));
      case TCP_RECV -> new DaemonFrame.TcpRecv(requestId, in.getInt(), data(in));
      case TCP_CLOSE -> new DaemonFrame.TcpClosed(requestId, in.getInt(), errno(in));
      case TCP_LISTEN_RESULT -> {
        int serverId = in.getInt();
        in.get();
        int port = Short.toUnsignedInt(in.getShort());
        yield new DaemonFrame.TcpListenResult(requestId, serverId, port, in.getInt());
      }
      case TCP_ACCEPT ->
          new DaemonFrame.TcpAccept(
              requestId, in.getInt(), in.getInt(), Short.toUnsignedInt(in.getShort()), utf8(in));
      case TCP_SECURED -> {
        int socketId = in.getInt();
        boolean failed = in.get() != 0;
        int errno = in.remaining() < Integer.BYTES ? Errno.EPERM.number() : in.getInt();
        yield new DaemonFrame.TcpSecured(requestId, socketId, failed ? errno : 0);
      }
      case TCP_SHUTDOWN -> new DaemonFrame.TcpShutdown(requestId, in.getInt());
      case TCP_CREDIT -> new DaemonFrame.TcpCredit(requestId, in.getInt(), in.getInt());
      case UDP_BOUND -> {
        int socketId = in.getInt();
        in.get();
        int port = Short.toUnsignedInt(in.getShort());
        yield new DaemonFrame.UdpBound(requestId, socketId, port, in.getInt());
      }
      case UDP_RECV -> {
        int socketId = in.getInt();
        int port = Short.toUnsignedInt(in.getShort());
        String address = utf8(address(requestId, in));
        yield new DaemonFrame.UdpRecv(requestId, socketId, port, address, data(in));
      }
      case UDP_CLOSE -> new DaemonFrame.UdpClosed(requestId, in.getInt(), errno(in));
      case UDP_MULTICAST_RESULT ->
          new DaemonFrame.UdpMulticastResult(requestId, in.getInt(), errno(in));
      case ACK -> new DaemonFrame.Ack(requestId, in.getLong());
      case RESUMED -> readResumed(requestId, in);
      case RANGE_REQUEST ->
          new DaemonFrame.RangeRequest(requestId, in.getLong(), in.getLong(), utf8(in));
      case RANGE_CANCEL -> new DaemonFrame.RangeCancel(requestId);
      case ROOTS_CHANGED -> new DaemonFrame.RootsChanged(requestId, utf8(in));
      case EVENT -> new DaemonFrame.Event(requestId, utf8(in));
      default -> throw new ProtocolException(requestId, "The daemon does not send " + opcode + ".");
    };
  }

  private static Opcode opcode(ByteBuffer frame) throws ProtocolException {
    if (frame.remaining() < FrameHeader.LENGTH) {
      throw new ProtocolException(
          0, "A frame needs a header of " + FrameHeader.LENGTH + " bytes.");
    }
    int requestId = FrameHeader.requestId(frame);
    if (FrameHeader.version(frame) != FrameHeader.VERSION) {
      throw new ProtocolException(
          requestId, "Frame version " + FrameHeader.version(frame) + " is not supported.");
    }
    Opcode opcode = Opcode.of(FrameHeader.opcode(frame));
    if (opcode == null) {
      throw new ProtocolException(
          requestId, "Unknown opcode 0x%02x.".formatted(FrameHeader.opcode(frame)));
    }
    return opcode;
  }

  private static ProtocolException tooShort(ByteBuffer frame, Opcode opcode) {
    return new ProtocolException(
        FrameHeader.requestId(frame), "The payload of " + opcode + " is too short.");
  }

  private static ClientFrame.Auth readAuth(int requestId, ByteBuffer in) throws ProtocolException {
    int type = Byte.toUnsignedInt(in.get());
    String fields = utf8(in);
    return switch (type) {
      case TOKEN_TYPE_WITH_IDS -> {
        int end = fields.indexOf(FIELD_END);
        yield new ClientFrame.Auth(requestId, type, end < 0 ? fields : fields.substring(0, end));
      }
      case TOKEN_TYPE_PLAIN -> new ClientFrame.Auth(requestId, type, fields);
      default -> throw new ProtocolException(requestId, "Unknown AUTH type " + type + ".");
    };
  }

  private static DaemonFrame.Resumed readResumed(int requestId, ByteBuffer in)
      throws ProtocolException {
    int count = in.getInt();
    int errno = errno(in);
    long fromClient = in.getLong();
    long toClient = in.getLong();
    if (count < 0 || in.remaining() / FrameHeader.LIVE_ENTRY_LENGTH < count) {
      throw new ProtocolException(requestId, "The payload of RESUMED is too short.");
    }
    List<DaemonFrame.Live> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      DaemonFrame.Live.Kind kind = constant(LIVE_KINDS, requestId, in.get());
      int id = in.getInt();
      DaemonFrame.Live.State state = constant(LIVE_STATES, requestId, in.get());
      entries.add(new DaemonFrame.Live(kind, id, state, in.getLong(), in.getLong()));
    }
    return new DaemonFrame.Resumed(requestId, errno, fromClient, toClient, entries);
  }

  private static <E> E constant(E[] constants, int requestId, int number)
      throws ProtocolException {
    if (number < 0 || number >= constants.length) {
      throw new ProtocolException(requestId, "RESUMED lists something unknown.");
    }
    return constants[number];
  }

  /** Reads a string that is preceded by its length. */
  private static ByteBuffer address(int requestId, ByteBuffer in) throws ProtocolException {
    int length = Short.toUnsignedInt(in.getShort());
    if (length > in.remaining()) {
      throw new ProtocolException(requestId, "The address is longer than the frame.");
    }
    ByteBuffer address = in.slice(in.position(), length);
    in.position(in.position() + length);
    return address;
  }

  private static String group(int requestId, ByteBuffer in) throws ProtocolException {
    return host(requestId, in.position(in.position() + Integer.BYTES));
  }

  /** Skips the id, which the caller has already read, and reads the port. */
  private static int port(ByteBuffer in) {
    in.position(in.position() + Integer.BYTES);
    return Short.toUnsignedInt(in.getShort());
  }

  private static String host(int requestId, ByteBuffer in) throws ProtocolException {
    String host = hostText(in);
    if (host.isEmpty()) {
      throw new ProtocolException(requestId, "A host name or address is missing.");
    }
    return host;
  }

  /**
   * Reads a text, but keeps only enough to see that it is too long; the rest must not be held while the
   * frame waits.
   */
  private static String hostText(ByteBuffer in) {
    int kept = Math.min(in.remaining(), HOST_TEXT_BYTES);
    ByteBuffer text = in.slice(in.position(), kept);
    in.position(in.limit());
    return utf8(text);
  }

  private static int errno(ByteBuffer in) {
    in.get();
    return in.getInt();
  }

  private static ByteBuffer data(ByteBuffer in) {
    return in.order(ByteOrder.BIG_ENDIAN);
  }

  private static ByteBuffer payload(ByteBuffer frame) {
    return frame
        .duplicate()
        .order(FrameHeader.ORDER)
        .position(frame.position() + FrameHeader.LENGTH);
  }

  private static String utf8(ByteBuffer in) {
    return StandardCharsets.UTF_8.decode(in).toString();
  }
}

package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;

/**
 * A frame from a client; one record per opcode (PROTOCOL.md § 3). On the fast path the data of
 * TCP_SEND is handled in its buffer without a record (see {@link FrameHeader#DATA_OFFSET}).
 */
public sealed interface ClientFrame {

  /** The id that the reply to this frame echoes. */
  int requestId();

  Opcode opcode();

  /** {@code body} is empty, or a JSON object in UTF-8. */
  record ClientHello(int requestId, String body) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.CLIENT_HELLO;
    }
  }

  /**
   * The token, from either of the two forms; the extension id and install id of the longer form are
   * ignored.
   */
  record Auth(int requestId, int type, String token) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.AUTH;
    }

    /** Omits the token, so that it cannot get into the log. */
    @Override
    public String toString() {
      return "Auth[requestId=" + requestId + ", type=" + type + "]";
    }
  }

  record TcpConnect(int requestId, int socketId, int port, String host) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CONNECT;
    }
  }

  /** {@code data} is a view of the received frame: valid only while that frame is handled. */
  record TcpSend(int requestId, int socketId, ByteBuffer data) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SEND;
    }
  }

  record TcpClose(int requestId, int socketId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CLOSE;
    }
  }

  /** An empty {@code bindAddress} means every IPv4 address. */
  record TcpListen(int requestId, int serverId, int port, String bindAddress)
      implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_LISTEN;
    }
  }

  record TcpStopListen(int requestId, int serverId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_STOP_LISTEN;
    }
  }

  /** An empty {@code host} means the host of TCP_CONNECT. */
  record TcpSecure(int requestId, int socketId, boolean skipChecks, String host)
      implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SECURE;
    }
  }

  record TcpShutdown(int requestId, int socketId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SHUTDOWN;
    }
  }

  /** {@code bytes} is unsigned and is added to what was granted before. */
  record TcpCredit(int requestId, int socketId, int bytes) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CREDIT;
    }
  }

  /** An empty {@code bindAddress} means every IPv4 address. */
  record UdpBind(int requestId, int socketId, int port, String bindAddress) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_BIND;
    }
  }

  /** {@code data} is a view of the received frame: valid only while that frame is handled. */
  record UdpSend(int requestId, int socketId, int port, String host, ByteBuffer data)
      implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_SEND;
    }
  }

  record UdpClose(int requestId, int socketId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_CLOSE;
    }
  }

  record UdpJoinMulticast(int requestId, int socketId, String group) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_JOIN_MULTICAST;
    }
  }

  record UdpLeaveMulticast(int requestId, int socketId, String group) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_LEAVE_MULTICAST;
    }
  }

  /**
   * The number of frames from the daemon that the client has handled, not counting ACK and RESUMED.
   */
  record Ack(int requestId, long frames) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.ACK;
    }
  }

  /** {@code frames} is as in {@link Ack}, for the session that the ticket identifies. */
  record Resume(int requestId, long frames, String ticket) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RESUME;
    }
  }

  /** The requested bytes are in the file. */
  record RangeAvailable(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_AVAILABLE;
    }
  }

  /** The requested bytes are being downloaded; {@link RangeReady} follows. */
  record RangeBlock(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_BLOCK;
    }
  }

  /** The requested bytes have been downloaded. */
  record RangeReady(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_READY;
    }
  }

  /** On {@code /control}: asks the embedding program to show a dialogue for a new download root. */
  record OpenFolderPicker(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.OPEN_FOLDER_PICKER;
    }
  }

  /** The requested bytes cannot be provided; {@code httpStatus} is 416 or 503. */
  record RangeReject(int requestId, int httpStatus) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_REJECT;
    }
  }
}

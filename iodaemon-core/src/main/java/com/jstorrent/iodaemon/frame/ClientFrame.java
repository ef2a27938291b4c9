package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;

/**
 * A frame that a client sends, but for the bulk data of TCP_SEND, which is read and built in place
 * (see {@link FrameHeader#DATA_OFFSET}). One record for each opcode of PROTOCOL.md § 3.
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

  /** The token, whichever of the two forms carried it; extension and install id are ignored. */
  record Auth(int requestId, int type, String token) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.AUTH;
    }

    /** Leaves the token out, so that no log line can hold it. */
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

  /** {@code bytes} are unsigned, and come on top of what was granted before. */
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

  /** How many frames of the daemon this client has handled, ACK and RESUMED not counted. */
  record Ack(int requestId, long frames) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.ACK;
    }
  }

  /** {@code frames} as in {@link Ack}, of the session that the ticket stands for. */
  record Resume(int requestId, long frames, String ticket) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RESUME;
    }
  }

  /** The bytes that were asked for are in the file. */
  record RangeAvailable(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_AVAILABLE;
    }
  }

  /** They are being fetched; {@link RangeReady} follows. */
  record RangeBlock(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_BLOCK;
    }
  }

  /** They have come. */
  record RangeReady(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_READY;
    }
  }

  /** On {@code /control}: the host application is to show a dialogue for a new download root. */
  record OpenFolderPicker(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.OPEN_FOLDER_PICKER;
    }
  }

  /** They will not come; {@code httpStatus} is 416 or 503. */
  record RangeReject(int requestId, int httpStatus) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_REJECT;
    }
  }
}

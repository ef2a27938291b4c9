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
}

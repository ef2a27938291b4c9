package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;

/**
 * A frame that the daemon sends. Events carry request id 0. The bulk data of TCP_RECV is built in
 * place by the relay; {@link TcpRecv} is what a client in this process decodes it to.
 */
public sealed interface DaemonFrame {

  /** The request that this frame answers, or 0 for an event. */
  int requestId();

  Opcode opcode();

  record ServerHello(int requestId, String body) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.SERVER_HELLO;
    }
  }

  /** {@code status} 0 means accepted. */
  record AuthResult(int requestId, int status, String message) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.AUTH_RESULT;
    }
  }

  record Error(int requestId, String message) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.ERROR;
    }
  }

  /** {@code errno} 0 means connected; the status byte on the wire follows from it. */
  record TcpConnected(int requestId, int socketId, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CONNECTED;
    }
  }

  /** {@code data} is a view of the received frame: valid only while that frame is handled. */
  record TcpRecv(int requestId, int socketId, ByteBuffer data) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_RECV;
    }
  }

  /** {@code errno} 0 means an orderly end; {@code hadError} on the wire follows from it. */
  record TcpClosed(int requestId, int socketId, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CLOSE;
    }
  }

  record TcpListenResult(int requestId, int serverId, int boundPort, int errno)
      implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_LISTEN_RESULT;
    }
  }

  record TcpAccept(
      int requestId, int serverId, int socketId, int remotePort, String remoteAddress)
      implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_ACCEPT;
    }
  }
}

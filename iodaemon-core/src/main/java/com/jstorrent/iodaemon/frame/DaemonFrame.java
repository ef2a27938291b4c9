package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A frame from the daemon; one record per opcode (PROTOCOL.md § 3). Events have request id 0,
 * except RANGE_REQUEST, which the client answers. The relay builds TCP_RECV in place, without
 * {@link TcpRecv}; that record is for clients in the same process, which decode frames.
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

  @SuppressWarnings("AvoidCommonTypeNames") // named after its opcode
  record Error(int requestId, String message) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.ERROR;
    }
  }

  /** {@code errno} 0 means connected; the status byte on the wire is derived from it. */
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

  /** {@code errno} 0 means an orderly close; {@code hadError} on the wire is derived from it. */
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

  /** {@code errno} 0 means that the handshake succeeded and all data that follows was encrypted. */
  record TcpSecured(int requestId, int socketId, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SECURED;
    }
  }

  /** The peer has ended its side of the connection; the client may still send. */
  record TcpShutdown(int requestId, int socketId) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SHUTDOWN;
    }
  }

  /** {@code bytes} is unsigned and is added to what was granted before. */
  record TcpCredit(int requestId, int socketId, int bytes) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CREDIT;
    }
  }

  record UdpBound(int requestId, int socketId, int boundPort, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_BOUND;
    }
  }

  /** {@code data} is a view of the received frame: valid only while that frame is handled. */
  record UdpRecv(int requestId, int socketId, int port, String address, ByteBuffer data)
      implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_RECV;
    }
  }

  record UdpClosed(int requestId, int socketId, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_CLOSE;
    }
  }

  record UdpMulticastResult(int requestId, int socketId, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_MULTICAST_RESULT;
    }
  }

  /**
   * The number of frames from the client that the daemon has handled, not counting ACK and RESUME.
   */
  record Ack(int requestId, long frames) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.ACK;
    }
  }

  /**
   * The answer to RESUME; as an event it says that the session can no longer be resumed.
   *
   * @param fromClient the number of frames from the client that the daemon has handled; the client
   *     continues with the next
   * @param toClient the number of frames that the client has received; the daemon continues with
   *     the next
   */
  record Resumed(int requestId, int errno, long fromClient, long toClient, List<Live> entries)
      implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RESUMED;
    }
  }

  /** Asks whether these bytes of a file can be streamed; {@code end} is inclusive. */
  record RangeRequest(int requestId, long start, long end, String fileId) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_REQUEST;
    }
  }

  /** Withdraws a RANGE_REQUEST: its answer is no longer needed. */
  record RangeCancel(int requestId) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_CANCEL;
    }
  }

  /** On {@code /control}: the current download roots; {@code roots} is a JSON array. */
  record RootsChanged(int requestId, String roots) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.ROOTS_CHANGED;
    }
  }

  /** On {@code /control}: an event of the daemon; {@code event} is a JSON object. */
  record Event(int requestId, String event) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.EVENT;
    }
  }

  /**
   * A socket or server that a resumed session still has.
   *
   * @param toClient payload bytes sent to the client, not counting repeated frames
   * @param fromClient payload bytes received from the client
   */
  record Live(Kind kind, int id, State state, long toClient, long fromClient) {

    /** The number on the wire is the ordinal. */
    public enum Kind {
      TCP_SOCKET,
      UDP_SOCKET,
      TCP_SERVER
    }

    /** The state of a socket; the number on the wire is the ordinal. */
    public enum State {
      CONNECTING,
      OPEN,
      /** The peer has ended its side. */
      PEER_SHUT,
      /** The client has ended its side. */
      CLIENT_SHUT,
      /** Closing: the queue is still being written to the peer, then TCP_CLOSE follows. */
      ENDING
    }
  }
}

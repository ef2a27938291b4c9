package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A frame that the daemon sends. Events carry request id 0, but for RANGE_REQUEST,
 * which the client answers. The bulk data of TCP_RECV is built in
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

  @SuppressWarnings("AvoidCommonTypeNames") // named after its opcode
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

  /** {@code errno} 0 means that what comes from here on was encrypted. */
  record TcpSecured(int requestId, int socketId, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SECURED;
    }
  }

  /** The peer sends no more; the client still may. */
  record TcpShutdown(int requestId, int socketId) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SHUTDOWN;
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

  /** How many frames of the client the daemon has handled, ACK and RESUME not counted. */
  record Ack(int requestId, long frames) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.ACK;
    }
  }

  /**
   * The answer to RESUME; as an event, that the session cannot be resumed any more.
   *
   * @param fromClient frames of the client that the daemon has handled; it goes on behind them
   * @param toClient frames of the daemon that the client has got; those behind them follow
   */
  record Resumed(int requestId, int errno, long fromClient, long toClient, List<Live> entries)
      implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RESUMED;
    }
  }

  /** Whether these bytes of a file may be streamed; {@code end} is inclusive. */
  record RangeRequest(int requestId, long start, long end, String fileId) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_REQUEST;
    }
  }

  /** Nobody waits for the answer to that request any more. */
  record RangeCancel(int requestId) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_CANCEL;
    }
  }

  /** On {@code /control}: the download roots, as they are now; {@code roots} is a JSON array. */
  record RootsChanged(int requestId, String roots) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.ROOTS_CHANGED;
    }
  }

  /** On {@code /control}: something has happened; {@code event} is a JSON object. */
  record Event(int requestId, String event) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.EVENT;
    }
  }

  /**
   * Something that a resumed session still has.
   *
   * @param toClient payload bytes that were sent to the client, those that are sent again not counted
   * @param fromClient payload bytes that the client has sent
   */
  record Live(Kind kind, int id, State state, long toClient, long fromClient) {

    /** The number on the wire is the ordinal. */
    public enum Kind {
      TCP_SOCKET,
      UDP_SOCKET,
      TCP_SERVER
    }

    /** How far a socket has come; the number on the wire is the ordinal. */
    public enum State {
      CONNECTING,
      OPEN,
      /** The peer sends no more. */
      PEER_SHUT,
      /** The client has said that it sends no more. */
      CLIENT_SHUT,
      /** What is queued for the peer is still written; TCP_CLOSE follows. */
      ENDING
    }
  }
}

package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A frame from the daemon; one record per opcode (PROTOCOL.md § 3). Events have request id 0,
 * except RANGE_REQUEST, which the client answers. The relay builds TCP_RECV in place, without
 * {@link TcpRecv}; that record is for clients in the same process, which decode frames.
 */
public sealed interface DaemonFrame {

  /** {@return the request that this frame answers, or 0 for an event} */
  int requestId();

  /** {@return the opcode of this kind of frame} */
  Opcode opcode();

  /**
   * What the daemon grants of what the client has asked for.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param body the JSON of the hello, or empty
   */
  record ServerHello(int requestId, String body) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.SERVER_HELLO;
    }
  }

  /**
   * {@code status} 0 means accepted.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param status 0 if the token was accepted
   * @param message one sentence for people
   */
  record AuthResult(int requestId, int status, String message) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.AUTH_RESULT;
    }
  }

  /**
   * A frame of the client broke a rule; the connection may end after it.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param message one sentence for people
   */
  @SuppressWarnings("AvoidCommonTypeNames") // named after its opcode
  record Error(int requestId, String message) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.ERROR;
    }
  }

  /**
   * {@code errno} 0 means connected; the status byte on the wire is derived from it.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param socketId the client's number of the socket
   * @param errno 0, or why it failed ({@link Errno})
   */
  record TcpConnected(int requestId, int socketId, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CONNECTED;
    }
  }

  /**
   * {@code data} is a view of the received frame: valid only while that frame is handled.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param socketId the client's number of the socket
   * @param data the payload, a view of the frame
   */
  record TcpRecv(int requestId, int socketId, ByteBuffer data) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_RECV;
    }
  }

  /**
   * {@code errno} 0 means an orderly close; {@code hadError} on the wire is derived from it.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param socketId the client's number of the socket
   * @param errno 0, or why it failed ({@link Errno})
   */
  record TcpClosed(int requestId, int socketId, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CLOSE;
    }
  }

  /**
   * The answer to TCP_LISTEN.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param serverId the client's number of the server
   * @param boundPort the port that the system has chosen, or the requested one; 0 if it failed
   * @param errno 0, or why it failed ({@link Errno})
   */
  record TcpListenResult(int requestId, int serverId, int boundPort, int errno)
      implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_LISTEN_RESULT;
    }
  }

  /**
   * A peer has connected to a server, and is a socket from here on.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param serverId the client's number of the server
   * @param socketId the client's number of the socket
   * @param remotePort the peer's port
   * @param remoteAddress the peer's address, as text
   */
  record TcpAccept(
      int requestId, int serverId, int socketId, int remotePort, String remoteAddress)
      implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_ACCEPT;
    }
  }

  /**
   * {@code errno} 0 means that the handshake succeeded and all data that follows was encrypted.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param socketId the client's number of the socket
   * @param errno 0, or why it failed ({@link Errno})
   */
  record TcpSecured(int requestId, int socketId, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SECURED;
    }
  }

  /**
   * The peer has ended its side of the connection; the client may still send.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param socketId the client's number of the socket
   */
  record TcpShutdown(int requestId, int socketId) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SHUTDOWN;
    }
  }

  /**
   * {@code bytes} is unsigned and is added to what was granted before.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param socketId the client's number of the socket
   * @param bytes how many more bytes may be sent, unsigned
   */
  record TcpCredit(int requestId, int socketId, int bytes) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CREDIT;
    }
  }

  /**
   * The answer to UDP_BIND.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param socketId the client's number of the socket
   * @param boundPort the port that the system has chosen, or the requested one; 0 if it failed
   * @param errno 0, or why it failed ({@link Errno})
   */
  record UdpBound(int requestId, int socketId, int boundPort, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_BOUND;
    }
  }

  /**
   * {@code data} is a view of the received frame: valid only while that frame is handled.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param socketId the client's number of the socket
   * @param port the port, from 0 to 65,535
   * @param address an address, as text
   * @param data the payload, a view of the frame
   */
  record UdpRecv(int requestId, int socketId, int port, String address, ByteBuffer data)
      implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_RECV;
    }
  }

  /**
   * A UDP socket has ended.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param socketId the client's number of the socket
   * @param errno 0, or why it failed ({@link Errno})
   */
  record UdpClosed(int requestId, int socketId, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_CLOSE;
    }
  }

  /**
   * The answer to joining or leaving a multicast group.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param socketId the client's number of the socket
   * @param errno 0, or why it failed ({@link Errno})
   */
  record UdpMulticastResult(int requestId, int socketId, int errno) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_MULTICAST_RESULT;
    }
  }

  /**
   * The number of frames from the client that the daemon has handled, not counting ACK and RESUME.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param frames how many frames were handled
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
   * @param requestId the request that this frame answers, or 0 for an event
   * @param errno 0, or why it failed ({@link Errno})
   * @param entries the sockets and servers that the session still has
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

  /**
   * Asks whether these bytes of a file can be streamed; {@code end} is inclusive.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param start the first byte
   * @param end the last byte
   * @param fileId the handle of the file
   */
  record RangeRequest(int requestId, long start, long end, String fileId) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_REQUEST;
    }
  }

  /**
   * Withdraws a RANGE_REQUEST: its answer is no longer needed.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   */
  record RangeCancel(int requestId) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_CANCEL;
    }
  }

  /**
   * On {@code /control}: the current download roots; {@code roots} is a JSON array.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param roots a JSON array
   */
  record RootsChanged(int requestId, String roots) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.ROOTS_CHANGED;
    }
  }

  /**
   * On {@code /control}: an event of the daemon; {@code event} is a JSON object.
   *
   * @param requestId the request that this frame answers, or 0 for an event
   * @param event a JSON object
   */
  record Event(int requestId, String event) implements DaemonFrame {
    @Override
    public Opcode opcode() {
      return Opcode.EVENT;
    }
  }

  /**
   * A socket or server that a resumed session still has.
   *
   * @param kind which kind of socket it is
   * @param id the client's number of it
   * @param state what both sides have done so far
   * @param toClient payload bytes sent to the client, not counting repeated frames
   * @param fromClient payload bytes received from the client
   */
  record Live(Kind kind, int id, State state, long toClient, long fromClient) {

    /** The number on the wire is the ordinal. */
    public enum Kind {
      /** A connection over TCP. */
      TCP_SOCKET,
      /** A UDP socket. */
      UDP_SOCKET,
      /** A listening TCP server. */
      TCP_SERVER
    }

    /** The state of a socket; the number on the wire is the ordinal. */
    public enum State {
      /** Its connect has not been answered yet. */
      CONNECTING,
      /** Both sides may send. */
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

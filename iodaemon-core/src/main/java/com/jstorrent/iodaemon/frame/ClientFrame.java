package com.jstorrent.iodaemon.frame;

import java.nio.ByteBuffer;

/**
 * A frame from a client; one record per opcode (PROTOCOL.md § 3). On the fast path the data of
 * TCP_SEND is handled in its buffer without a record (see {@link FrameHeader#DATA_OFFSET}).
 */
public sealed interface ClientFrame {

  /** {@return the id that the reply to this frame echoes} */
  int requestId();

  /** {@return the opcode of this kind of frame} */
  Opcode opcode();

  /**
   * {@code body} is empty, or a JSON object in UTF-8.
   *
   * @param requestId what the reply echoes
   * @param body the JSON of the hello, or empty
   */
  record ClientHello(int requestId, String body) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.CLIENT_HELLO;
    }
  }

  /**
   * The token, from either of the two forms; the extension id and install id of the longer form are
   * ignored.
   *
   * @param requestId what the reply echoes
   * @param type which of the two forms it had
   * @param token the secret that the client presents
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

  /**
   * Asks for a connection to a peer; TCP_CONNECTED is the answer.
   *
   * @param requestId what the reply echoes
   * @param socketId the client's number of the socket
   * @param port the port, from 0 to 65,535
   * @param host a name or an address
   */
  record TcpConnect(int requestId, int socketId, int port, String host) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CONNECT;
    }
  }

  /**
   * {@code data} is a view of the received frame: valid only while that frame is handled.
   *
   * @param requestId what the reply echoes
   * @param socketId the client's number of the socket
   * @param data the payload, a view of the frame
   */
  record TcpSend(int requestId, int socketId, ByteBuffer data) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SEND;
    }
  }

  /**
   * Ends a socket; what is queued for its peer is still written.
   *
   * @param requestId what the reply echoes
   * @param socketId the client's number of the socket
   */
  record TcpClose(int requestId, int socketId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CLOSE;
    }
  }

  /**
   * An empty {@code bindAddress} means every IPv4 address.
   *
   * @param requestId what the reply echoes
   * @param serverId the client's number of the server
   * @param port the port, from 0 to 65,535
   * @param bindAddress the local address to listen on
   */
  record TcpListen(int requestId, int serverId, int port, String bindAddress)
      implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_LISTEN;
    }
  }

  /**
   * Ends a server; connections that it has accepted go on.
   *
   * @param requestId what the reply echoes
   * @param serverId the client's number of the server
   */
  record TcpStopListen(int requestId, int serverId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_STOP_LISTEN;
    }
  }

  /**
   * An empty {@code host} means the host of TCP_CONNECT.
   *
   * @param requestId what the reply echoes
   * @param socketId the client's number of the socket
   * @param skipChecks whether any certificate is accepted
   * @param host a name or an address
   */
  record TcpSecure(int requestId, int socketId, boolean skipChecks, String host)
      implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SECURE;
    }
  }

  /**
   * Ends the client's side of a connection; the peer may still send.
   *
   * @param requestId what the reply echoes
   * @param socketId the client's number of the socket
   */
  record TcpShutdown(int requestId, int socketId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_SHUTDOWN;
    }
  }

  /**
   * {@code bytes} is unsigned and is added to what was granted before.
   *
   * @param requestId what the reply echoes
   * @param socketId the client's number of the socket
   * @param bytes how many more bytes may be sent, unsigned
   */
  record TcpCredit(int requestId, int socketId, int bytes) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.TCP_CREDIT;
    }
  }

  /**
   * An empty {@code bindAddress} means every IPv4 address.
   *
   * @param requestId what the reply echoes
   * @param socketId the client's number of the socket
   * @param port the port, from 0 to 65,535
   * @param bindAddress the local address to listen on
   */
  record UdpBind(int requestId, int socketId, int port, String bindAddress) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_BIND;
    }
  }

  /**
   * {@code data} is a view of the received frame: valid only while that frame is handled.
   *
   * @param requestId what the reply echoes
   * @param socketId the client's number of the socket
   * @param port the port, from 0 to 65,535
   * @param host a name or an address
   * @param data the payload, a view of the frame
   */
  record UdpSend(int requestId, int socketId, int port, String host, ByteBuffer data)
      implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_SEND;
    }
  }

  /**
   * Ends a UDP socket.
   *
   * @param requestId what the reply echoes
   * @param socketId the client's number of the socket
   */
  record UdpClose(int requestId, int socketId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_CLOSE;
    }
  }

  /**
   * Receives what is sent to a multicast group as well.
   *
   * @param requestId what the reply echoes
   * @param socketId the client's number of the socket
   * @param group the address of the multicast group
   */
  record UdpJoinMulticast(int requestId, int socketId, String group) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_JOIN_MULTICAST;
    }
  }

  /**
   * Receives no more of what is sent to a multicast group.
   *
   * @param requestId what the reply echoes
   * @param socketId the client's number of the socket
   * @param group the address of the multicast group
   */
  record UdpLeaveMulticast(int requestId, int socketId, String group) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.UDP_LEAVE_MULTICAST;
    }
  }

  /**
   * The number of frames from the daemon that the client has handled, not counting ACK and RESUMED.
   *
   * @param requestId what the reply echoes
   * @param frames how many frames were handled
   */
  record Ack(int requestId, long frames) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.ACK;
    }
  }

  /**
   * {@code frames} is as in {@link Ack}, for the session that the ticket identifies.
   *
   * @param requestId what the reply echoes
   * @param frames how many frames were handled
   * @param ticket what SERVER_HELLO has granted with {@code resume}
   */
  record Resume(int requestId, long frames, String ticket) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RESUME;
    }
  }

  /**
   * The requested bytes are in the file.
   *
   * @param requestId what the reply echoes
   */
  record RangeAvailable(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_AVAILABLE;
    }
  }

  /**
   * The requested bytes are being downloaded; {@link RangeReady} follows.
   *
   * @param requestId what the reply echoes
   */
  record RangeBlock(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_BLOCK;
    }
  }

  /**
   * The requested bytes have been downloaded.
   *
   * @param requestId what the reply echoes
   */
  record RangeReady(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_READY;
    }
  }

  /**
   * On {@code /control}: asks the embedding program to show a dialogue for a new download root.
   *
   * @param requestId what the reply echoes
   */
  record OpenFolderPicker(int requestId) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.OPEN_FOLDER_PICKER;
    }
  }

  /**
   * The requested bytes cannot be provided; {@code httpStatus} is 416 or 503.
   *
   * @param requestId what the reply echoes
   * @param httpStatus what the player is answered: 416 or 503
   */
  record RangeReject(int requestId, int httpStatus) implements ClientFrame {
    @Override
    public Opcode opcode() {
      return Opcode.RANGE_REJECT;
    }
  }
}

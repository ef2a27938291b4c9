package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.net.ClientSockets;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.nio.ByteBuffer;

/** Passes each frame that is allowed to the object that handles it. */
final class FrameDispatch {

  /** The frames that are about the connection itself. */
  interface ConnectionFrames {
    void hello(ClientFrame.ClientHello frame) throws ProtocolException;

    void authenticate(ClientFrame.Auth frame) throws ProtocolException;

    void acknowledge(ClientFrame.Ack frame) throws ProtocolException;

    void resume(ClientFrame.Resume frame);

    /** An answer to RANGE_REQUEST. */
    void range(ClientFrame frame);

    void openFolderPicker(ClientFrame.OpenFolderPicker frame) throws ProtocolException;
  }

  /** Passes on one frame. */
  interface Dispatch {
    /**
     * @return false when the connection has ended before the frame could be handled
     */
    boolean run(
        Opcode opcode, ByteBuffer frame, ConnectionFrames connection, ClientSockets sockets)
        throws ProtocolException;
  }

  private FrameDispatch() {}

  /** For TCP_SEND frames of one socket, of which {@link Dispatch#run} gets the first one. */
  static Dispatch ofRun(SendRun run) {
    return (opcode, head, connection, sockets) -> {
      int socketId = FrameHeader.socketId(head);
      head.position(head.position() + FrameHeader.DATA_OFFSET);
      return sockets.tcpSend(socketId, run.data());
    };
  }

  /**
   * For a frame in several buffers, of which {@link Dispatch#run} gets the first one. Only TCP_SEND may
   * have so many bytes. UDP_SEND is then too long for a datagram; in other frames only a text can be so
   * long, and such a text names nothing.
   */
  static Dispatch ofLarge(LargeFrame whole) {
    return (opcode, head, connection, sockets) -> switch (opcode) {
      case TCP_SEND -> {
        int socketId = FrameHeader.socketId(head);
        head.position(head.position() + FrameHeader.DATA_OFFSET);
        yield sockets.tcpSend(socketId, whole);
      }
      case UDP_SEND -> {
        int beyond = whole.remaining() - head.remaining();
        if (FrameReader.readClient(opcode, head) instanceof ClientFrame.UdpSend f) {
          sockets.udpTooLong(f.socketId(), f.data().remaining() + beyond);
        }
        yield true;
      }
      default -> dispatch(opcode, head, connection, sockets);
    };
  }

  /**
   * @return false when the connection has ended before the frame could be handled
   */
  static boolean dispatch(
      Opcode opcode, ByteBuffer frame, ConnectionFrames connection, ClientSockets sockets)
      throws ProtocolException {
    if (opcode == Opcode.TCP_SEND) { // the bulk of the traffic goes without a record
      int socketId = FrameHeader.socketId(frame);
      return sockets.tcpSend(
          socketId, frame.position(frame.position() + FrameHeader.DATA_OFFSET));
    }
    switch (FrameReader.readClient(opcode, frame)) {
      case ClientFrame.ClientHello f -> connection.hello(f);
      case ClientFrame.Auth f -> connection.authenticate(f);
      case ClientFrame.Ack f -> connection.acknowledge(f);
      case ClientFrame.Resume f -> connection.resume(f);
      case ClientFrame.TcpConnect f -> sockets.tcpConnect(f);
      case ClientFrame.TcpSend f -> sockets.tcpSend(f.socketId(), f.data());
      case ClientFrame.TcpClose f -> sockets.tcpClose(f);
      case ClientFrame.TcpListen f -> sockets.tcpListen(f);
      case ClientFrame.TcpStopListen f -> sockets.tcpStopListen(f);
      case ClientFrame.TcpSecure f -> sockets.tcpSecure(f);
      case ClientFrame.TcpShutdown f -> sockets.tcpShutdown(f);
      case ClientFrame.TcpCredit f -> sockets.tcpCredit(f);
      case ClientFrame.UdpBind f -> sockets.udpBind(f);
      case ClientFrame.UdpSend f -> sockets.udpSend(f);
      case ClientFrame.UdpClose f -> sockets.udpClose(f);
      case ClientFrame.UdpJoinMulticast f ->
          sockets.udpMembership(f.requestId(), f.socketId(), f.group(), true);
      case ClientFrame.UdpLeaveMulticast f ->
          sockets.udpMembership(f.requestId(), f.socketId(), f.group(), false);
      case ClientFrame.RangeAvailable f -> connection.range(f);
      case ClientFrame.RangeBlock f -> connection.range(f);
      case ClientFrame.RangeReady f -> connection.range(f);
      case ClientFrame.RangeReject f -> connection.range(f);
      case ClientFrame.OpenFolderPicker f -> connection.openFolderPicker(f);
    }
    return true;
  }
}

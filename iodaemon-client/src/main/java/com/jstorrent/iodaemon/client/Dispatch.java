package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.frame.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands each frame from the daemon to the socket or request that it is for, and counts frames (PROTOCOL.md § 9.3).
 * Used by the client's reader thread only.
 */
final class Dispatch {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);
  private static final int ACK_FRAMES = 64;
  private static final long ACK_BYTES = 256 << 10;
  private static final int UNAVAILABLE = 503;

  private final SessionContext context;
  private final boolean acknowledging;
  private final long ackBytes;
  private boolean resumable;
  private long received;
  private long acknowledged;
  private long unacknowledgedBytes;
  private @Nullable String lastError; // of the last frame, if it was an ERROR that answers no request

  Dispatch(SessionContext context) {
    this.context = context;
    this.acknowledging = context.negotiated().ticket() != null;
    this.resumable = acknowledging;
    this.ackBytes = Math.min(ACK_BYTES, context.negotiated().replayBytes() / 4);
  }

  /** How many counted frames the session has received, on all its connections. */
  long received() {
    return received;
  }

  boolean isResumable() {
    return resumable;
  }

  /** Why the daemon has closed the connection, with the ERROR directly before its Close. */
  String explain(LinkClosedException end) {
    return lastError == null
        ? String.valueOf(end.getMessage())
        : end.getMessage() + " It said: " + lastError;
  }

  /** Everything received counts as acknowledged: RESUME has told the daemon the count, or an ACK is about to. */
  void markAllAcknowledged() {
    acknowledged = received;
    unacknowledgedBytes = 0;
  }

  /**
   * Handles one frame. Blocks while a socket without credit is full.
   *
   * @param release to be run when the frame is no longer read; leaving it out does no harm
   * @throws IOException when the frame breaks the protocol, which ends the session
   */
  void handle(ByteBuffer bytes, Runnable release) throws IOException, InterruptedException {
    int size = bytes.remaining();
    boolean counted =
        acknowledging && size >= FrameHeader.LENGTH && Opcode.isCounted(FrameHeader.opcode(bytes));
    DaemonFrame frame = null;
    lastError = null; // what was wrong earlier is not why the daemon closes the connection now
    try {
      frame = FrameReader.readDaemon(bytes);
    } catch (ProtocolException e) {
      if (size < FrameHeader.LENGTH || Opcode.of(FrameHeader.opcode(bytes)) != null) {
        throw new MalformedFrameException(
            "The daemon has sent a malformed frame: " + e.getMessage(), e);
      }
      LOG.debug("A frame of a later protocol is ignored: {}", e.getMessage());
    }
    if (frame instanceof DaemonFrame.TcpRecv data) {
      received(data, release);
    } else {
      if (frame != null) {
        handle(frame);
      }
      release.run(); // only TCP_RECV keeps the frame's bytes
    }
    if (counted) {
      count(size);
    }
  }

  private void count(int size) {
    received++;
    unacknowledgedBytes += size;
    if (received - acknowledged >= ACK_FRAMES || unacknowledgedBytes >= ackBytes) {
      markAllAcknowledged();
      context.outbox().acknowledgeReceived(received);
    }
  }

  private void handle(DaemonFrame frame) throws IOException, InterruptedException {
    switch (frame) {
      case DaemonFrame.TcpCredit f -> toSocket(f.socketId(), f);
      case DaemonFrame.TcpShutdown f -> toSocket(f.socketId(), f);
      case DaemonFrame.TcpClosed f -> toSocket(f.socketId(), f);
      case DaemonFrame.TcpSecured f -> {
        toSocket(f.socketId(), f);
        answer(f);
      }
      case DaemonFrame.UdpRecv f -> toSocket(f.socketId(), f);
      case DaemonFrame.UdpClosed f -> toSocket(f.socketId(), f);
      case DaemonFrame.TcpAccept f -> accept(f);
      case DaemonFrame.Ack f -> {
        if (!context.outbox().acknowledge(f.frames())) {
          throw new MalformedFrameException(
              "The daemon acknowledges frames that were not sent.", null);
        }
      }
      case DaemonFrame.Resumed f -> {
        LOG.info("The daemon no longer keeps what is needed to resume (errno {}).", f.errno());
        resumable = false;
        context.outbox().stopKeeping();
      }
      case DaemonFrame.RangeRequest f ->
          context.outbox().putControl(new ClientFrame.RangeReject(f.requestId(), UNAVAILABLE));
      case DaemonFrame.RangeCancel f ->
          LOG.debug("The request {} had already been rejected.", f.requestId());
      default -> answer(frame);
    }
  }

  private void received(DaemonFrame.TcpRecv frame, Runnable release) throws InterruptedException {
    SocketEvents socket = context.sockets().get(frame.socketId());
    if (socket == null) {
      release.run();
    } else {
      socket.onData(new ReceivedData(frame.data(), release));
    }
  }

  private void answer(DaemonFrame frame) {
    if (!context.replies().complete(frame)) {
      if (frame instanceof DaemonFrame.Error error && error.requestId() == 0) {
        LOG.warn("The daemon reports an error: {}", error.message());
        lastError = error.message();
      } else {
        LOG.debug("No call waits for this answer any more: {}", frame.opcode());
      }
    }
  }

  private void toSocket(int id, DaemonFrame frame) throws InterruptedException {
    SocketEvents socket = context.sockets().get(id);
    if (socket != null) { // null: the socket was closed here while the frame was on its way
      socket.onFrame(frame);
    }
  }

  private void accept(DaemonFrame.TcpAccept frame) throws InterruptedException {
    @Nullable
    SocketEvents server = context.servers().get(frame.serverId());
    if (server == null) {
      context.outbox().putControl(new ClientFrame.TcpClose(0, frame.socketId()));
    } else {
      server.onFrame(frame);
    }
  }
}

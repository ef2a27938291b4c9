package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.SessionInfo;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.net.ClientSockets;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: its handshake, and after that its frames, dispatched to its sockets. The state
 * belongs to the thread that delivers frames; the deadline of the handshake is the one thing that
 * reads it from outside.
 */
final class Session implements FrameReceiver {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private final SessionInfo self;
  private final FrameConnection connection;
  private final SessionContext context;
  private final Handshake handshake;
  private final ClientSockets sockets;
  private final ScheduledFuture<?> deadline;
  private volatile SessionState state;
  private final CountDownLatch relayOver = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private int handshakeBytes;
  private boolean announced;

  /**
   * @throws IOException when the system has no descriptor left
   */
  Session(long number, FrameConnection connection, ConnectionInfo info, SessionContext context)
      throws IOException {
    this.self = new SessionInfo(number, info.sessionName());
    this.connection = connection;
    this.context = context;
    this.handshake = new Handshake(info.hello(), context);
    this.sockets = new ClientSockets(context.net(), connection);
    this.state = info.authenticated() ? SessionState.TRUSTED : SessionState.AWAIT_HELLO;
    this.deadline =
        context
            .timer()
            .schedule(
                this::handshakeIsLate,
                context.limits().handshakeTimeout().toMillis(),
                TimeUnit.MILLISECONDS);
    context.stats().increment(Counter.WS_CONNECTIONS);
    if (info.authenticated()) {
      opened();
    }
  }

  /** The body of the relay thread: carries data until the connection ends, then lets go of it. */
  void relay() {
    boolean orderly = false;
    try {
      sockets.relay();
      connection.flush();
      orderly = true;
    } catch (IOException e) {
      LOG.debug("Session {}: the connection has broken: {}", self.number(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Session {} ends because of a defect.", self.number(), e);
    } finally {
      if (!orderly) {
        connection.abort();
      }
      sockets.release();
      relayOver.countDown();
    }
  }

  /**
   * Ends the session in order, for instance because the daemon shuts down. Any thread. A client
   * that takes nothing cannot be told, and is cut off.
   */
  void close(CloseReason reason) {
    sockets.afterReplies(() -> connection.close(reason));
    abortAfter(Limits.CLOSE_HANDSHAKE);
  }

  private void abortAfter(Duration time) {
    context
        .timer()
        .schedule(
            () -> {
              if (relayOver.getCount() > 0) {
                connection.abort();
              }
            },
            time.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /**
   * Waits until everything of this session is gone.
   *
   * @return false when the time was too short
   */
  boolean awaitEnd(long nanos) throws InterruptedException {
    return ended.await(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public int frameLimit() {
    return state.authenticated() ? Limits.FRAME_BYTES : Limits.HANDSHAKE_BYTES;
  }

  @Override
  public void onFrame(ByteBuffer frame) {
    if (state == SessionState.CLOSED || sockets.over()) {
      return;
    }
    context.stats().increment(Counter.FRAMES_FROM_CLIENT);
    sockets.awaitControlRoom();
    FrameHeader.view(frame);
    try {
      if (!state.authenticated()) {
        countHandshakeBytes(frame.remaining());
      }
      Opcode opcode = FrameReader.clientOpcode(frame);
      switch (state.verdict(opcode)) {
        case ACCEPT -> handle(opcode, frame);
        case REFUSE ->
            throw new ProtocolException(
                FrameHeader.requestId(frame), opcode + " is not allowed now.");
        case CLOSE ->
            throw new ProtocolException(
                FrameHeader.requestId(frame), "The handshake is CLIENT_HELLO, then AUTH.");
        case DROP -> {
        }
      }
    } catch (ProtocolException e) {
      refuse(e);
    }
  }

  private void countHandshakeBytes(int size) throws ProtocolException {
    handshakeBytes += size;
    if (handshakeBytes > Limits.HANDSHAKE_BYTES) {
      throw new ProtocolException(
          0, "The handshake is longer than " + Limits.HANDSHAKE_BYTES + " bytes.");
    }
  }

  private void handle(Opcode opcode, ByteBuffer frame) throws ProtocolException {
    if (opcode == Opcode.TCP_SEND) { // the bulk of the traffic goes without a record
      int socketId = FrameHeader.socketId(frame);
      sockets.tcpSend(socketId, frame.position(frame.position() + FrameHeader.DATA_OFFSET));
      return;
    }
    switch (FrameReader.readClient(opcode, frame)) {
      case ClientFrame.ClientHello hello -> sockets.reply(handshake.hello(hello));
      case ClientFrame.Auth auth -> authenticate(auth);
      case ClientFrame.TcpConnect f ->
          sockets.tcpConnect(f.requestId(), f.socketId(), f.host(), f.port());
      case ClientFrame.TcpSend f -> sockets.tcpSend(f.socketId(), f.data());
      case ClientFrame.TcpClose f -> sockets.tcpClose(f.socketId());
      case ClientFrame.TcpListen f ->
          sockets.tcpListen(f.requestId(), f.serverId(), f.bindAddress(), f.port());
      case ClientFrame.TcpStopListen f -> sockets.tcpStopListen(f.serverId());
    }
    state = state.next(opcode);
  }

  private void authenticate(ClientFrame.Auth auth) throws ProtocolException {
    DaemonFrame.AuthResult result = handshake.authenticate(auth);
    sockets.reply(result);
    if (result.status() == Handshake.ACCEPTED) {
      opened();
    } else {
      context.stats().increment(Counter.AUTH_FAILURES);
      LOG.warn("Session {}: a wrong token.", self.number());
      end(CloseReason.POLICY_VIOLATION);
    }
  }

  private void opened() {
    deadline.cancel(false);
    if (!announced) {
      announced = true;
      LOG.info("Session {} is open.", self.number());
      context.listener().onSessionOpened(self);
    }
  }

  private void refuse(ProtocolException violation) {
    context.stats().increment(Counter.PROTOCOL_ERRORS);
    sockets.reply(new DaemonFrame.Error(violation.requestId(), violation.getMessage()));
    if (!state.authenticated()) {
      end(CloseReason.POLICY_VIOLATION);
    }
  }

  private void end(CloseReason reason) {
    state = SessionState.CLOSED;
    close(reason);
  }

  private void handshakeIsLate() {
    if (!state.authenticated() && state != SessionState.CLOSED) {
      sockets.reply(new DaemonFrame.Error(0, "The handshake took too long."));
      close(CloseReason.POLICY_VIOLATION);
    }
  }

  @Override
  public void onViolation(CloseReason reason, String sentence) {
    if (state == SessionState.CLOSED) {
      return;
    }
    context.stats().increment(Counter.PROTOCOL_ERRORS);
    sockets.reply(new DaemonFrame.Error(0, sentence));
    end(reason);
  }

  @Override
  public void onFlushWanted() {
    sockets.flushSoon();
  }

  @Override
  public void onClosed() {
    state = SessionState.CLOSED;
    deadline.cancel(false);
    sockets.end();
    // A client that has stopped reading holds the relay thread; it must not hold the ports too.
    abortAfter(Limits.SESSION_END_LINGER);
    context.stats().decrement(Counter.WS_CONNECTIONS);
    context.sessionEnded(this);
    if (announced) {
      LOG.info("Session {} has ended.", self.number());
      context.listener().onSessionClosed(self);
    }
    ended.countDown();
  }
}

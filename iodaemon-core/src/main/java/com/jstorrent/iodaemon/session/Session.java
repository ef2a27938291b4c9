package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.SessionInfo;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.net.ClientSockets;
import com.jstorrent.iodaemon.net.Resumption;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stream.RangeDesk;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client: its handshake, and after that its frames, dispatched to its sockets.
 * The state belongs to the thread that delivers frames; the deadline of the handshake is the one
 * thing that reads it from outside.
 */
final class Session implements FrameReceiver, FrameDispatch.SessionFrames {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private SessionInfo self; // named by CLIENT_HELLO, if not by the connection
  private final FrameConnection connection;
  private final SessionContext context;
  private final Handshake handshake;
  private final ScheduledFuture<?> deadline;
  private final CountDownLatch relayOver = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Departure departure;
  private final RangeDesk ranges = new RangeDesk(frame -> replyTo(frame));
  private final ReentrantLock handover = new ReentrantLock();
  private final ClientSockets own;
  private volatile ClientSockets sockets; // changed once, by RESUME, under the lock
  private volatile SessionState state;
  private volatile boolean closing; // by the daemon: nobody resumes this
  private @Nullable String ticket;
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
    this.own = new ClientSockets(context.net(), connection);
    this.sockets = own;
    this.departure = new Departure(context.parking());
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
    ClientSockets served = own;
    try {
      served.relay(connection);
      if (served != sockets) { // RESUME: from here on this connection serves other sockets
        served.release();
        served = sockets;
        served.relay(connection);
      }
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
      leave(served);
      departure.relayHasLeft();
    }
  }

  /** After this nobody resumes on this connection: there is no relay for it any more. */
  private void leave(ClientSockets served) {
    handover.lock();
    try {
      relayOver.countDown();
    } finally {
      handover.unlock();
    }
    if (served != sockets) {
      served.release(); // RESUME came, but the connection broke before they could be served
    }
    sockets.leave();
  }

  /**
   * Ends the session in order, for instance because the daemon shuts down. Any thread. A client
   * that takes nothing cannot be told, and is cut off.
   */
  void close(CloseReason reason) {
    closing = true;
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
    ClientSockets before = sockets;
    if (state == SessionState.CLOSED || before.over()) {
      return;
    }
    context.stats().increment(Counter.FRAMES_FROM_CLIENT);
    int size = frame.remaining();
    FrameHeader.view(frame);
    Resumption resumption = before.resumption();
    boolean counted =
        resumption == null
            || size < FrameHeader.LENGTH
            || Opcode.isCounted(FrameHeader.opcode(frame));
    if (counted) { // ACK must not wait: it is what the client makes room with
      before.awaitControlRoom();
    }
    boolean handled = true;
    try {
      if (!state.authenticated()) {
        countHandshakeBytes(size);
      }
      handled = handle(FrameReader.clientOpcode(frame), frame);
    } catch (ProtocolException e) {
      refuse(e);
    }
    if (resumption != null && counted && handled) {
      resumption.handled(size);
    }
  }

  private void countHandshakeBytes(int size) throws ProtocolException {
    handshakeBytes += size;
    if (handshakeBytes > Limits.HANDSHAKE_BYTES) {
      throw new ProtocolException(
          0, "The handshake is longer than " + Limits.HANDSHAKE_BYTES + " bytes.");
    }
  }

  private boolean handle(Opcode opcode, ByteBuffer frame) throws ProtocolException {
    int requestId = FrameHeader.requestId(frame);
    return switch (state.verdict(opcode)) {
      case ACCEPT -> {
        Capability needed = opcode.capability();
        if (needed != null && !sockets.has(needed)) {
          throw new ProtocolException(
              requestId,
              opcode + " needs the capability " + needed.label() + " in CLIENT_HELLO.");
        }
        boolean handled = FrameDispatch.dispatch(opcode, frame, this, sockets);
        state = state.next(opcode);
        yield handled;
      }
      case REFUSE -> throw new ProtocolException(requestId, opcode + " is not allowed now.");
      case CLOSE ->
          throw new ProtocolException(requestId, "The handshake is CLIENT_HELLO, then AUTH.");
      case DROP -> true;
    };
  }

  @Override
  public void hello(ClientFrame.ClientHello frame) throws ProtocolException {
    Handshake.Outcome outcome = handshake.hello(frame);
    sockets.reply(outcome.answer());
    sockets.negotiate(outcome.capabilities());
    ticket = outcome.ticket();
    if (self.name() == null && outcome.session() != null) {
      rename(outcome.session());
    }
    registerTicket();
  }

  @Override
  public void authenticate(ClientFrame.Auth frame) {
    DaemonFrame.AuthResult result = handshake.authenticate(frame);
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
      if (self.name() != null) {
        context.streams().sessionOpened(self.name(), ranges);
      }
    }
    registerTicket();
  }

  /** Whoever heard of a nameless session hears of it again. */
  private void rename(String name) {
    if (announced) {
      context.listener().onSessionClosed(self);
    }
    self = new SessionInfo(self.number(), name);
    if (announced) {
      context.listener().onSessionOpened(self);
      context.streams().sessionOpened(name, ranges);
    }
  }

  private void registerTicket() {
    if (ticket != null && announced) {
      context.tickets().give(ticket, this);
    }
  }

  @Override
  public void acknowledge(ClientFrame.Ack frame) throws ProtocolException {
    Resumption resumption = sockets.resumption();
    if (resumption != null && !resumption.acknowledge(frame.frames())) {
      throw new ProtocolException(frame.requestId(), "ACK counts frames that were never sent.");
    }
  }

  @Override
  public void range(ClientFrame frame) {
    ranges.answer(frame);
  }

  private void replyTo(DaemonFrame frame) {
    sockets.reply(frame);
  }

  @Override
  public void resume(ClientFrame.Resume frame) {
    Errno outcome = sockets == own && own.isEmpty() ? reclaim(frame) : Errno.EINVAL;
    if (outcome != Errno.OK) {
      sockets.reply(
          new DaemonFrame.Resumed(frame.requestId(), outcome.number(), 0, 0, List.of()));
      return;
    }
    LOG.info("Session {} goes on with the sockets of a lost one.", self.number());
    context.stats().increment(Counter.RESUMED_SESSIONS);
    forgetTicket();
    ticket = frame.ticket();
    registerTicket();
    own.endRelay(); // the relay thread sees the other sockets then
  }

  private Errno reclaim(ClientFrame.Resume frame) {
    Session holder = context.tickets().holder(frame.ticket());
    if (holder == null || holder == this || !holder.mayBeResumed(frame.frames())) {
      return Errno.ESTALE;
    }
    holder.connection.abort(); // whoever comes back has lost it
    Departure from = holder.departure;
    if (!from.awaitSettled()) {
      return Errno.EAGAIN;
    }
    ClientSockets lost = from.collect();
    if (lost == null) {
      return Errno.ESTALE;
    }
    if (!adopt(lost, frame)) {
      from.giveBack(lost);
      return Errno.ESTALE;
    }
    return Errno.OK;
  }

  private boolean mayBeResumed(long frames) {
    Resumption resumption = sockets.resumption();
    return resumption != null && resumption.possible(frames);
  }

  private boolean adopt(ClientSockets lost, ClientFrame.Resume frame) {
    Resumption resumption = lost.resumption();
    handover.lock();
    try {
      if (relayOver.getCount() == 0
          || resumption == null
          || !resumption.resume(frame.requestId(), frame.frames(), connection)) {
        return false;
      }
      sockets = lost;
      return true;
    } finally {
      handover.unlock();
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
  public void onClosed(boolean finished) {
    Resumption resumption = announced && !finished && !closing ? sockets.resumption() : null;
    boolean lost = resumption != null && !resumption.isForfeited();
    state = SessionState.CLOSED;
    deadline.cancel(false);
    if (lost) {
      resumption.pause();
    } else {
      forgetTicket();
      sockets.end();
    }
    // A client that has stopped reading holds the relay thread; it must not hold the ports too.
    abortAfter(Limits.SESSION_END_LINGER);
    context.stats().decrement(Counter.WS_CONNECTIONS);
    context.sessionEnded(this);
    if (announced) {
      if (self.name() != null) {
        context.streams().sessionClosed(self.name(), ranges);
      }
      ranges.end();
      LOG.info("Session {} {}.", self.number(), lost ? "was lost" : "has ended");
      context.listener().onSessionClosed(self);
    }
    departure.readerHasLeft(sockets, lost, this::forgetTicket);
    ended.countDown();
  }

  private void forgetTicket() {
    if (ticket != null) {
      context.tickets().take(ticket, this);
    }
  }
}

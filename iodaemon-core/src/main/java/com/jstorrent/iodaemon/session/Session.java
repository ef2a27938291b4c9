package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.SessionInfo;
import com.jstorrent.iodaemon.file.DownloadRoot;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.frame.Opcode.Phase;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.net.ClientSockets;
import com.jstorrent.iodaemon.net.Resumption;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stream.RangeDesk;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.Endpoint;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One connection of a client: its handshake, and after that its frames, dispatched to its sockets().
 * The state belongs to the thread that delivers frames; the deadline of the handshake is the one
 * thing that reads it from outside.
 */
final class Session implements FrameReceiver, FrameDispatch.SessionFrames {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private final Endpoint endpoint;
  private final Presence self;
  private final FrameConnection connection;
  private final SessionContext context;
  private final Handshake handshake;
  private MonotonicClock.Scheduled deadline; // what comes by itself while the token is not shown
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Departure departure;
  private final RangeDesk ranges = new RangeDesk(frame -> replyTo(frame));
  private final ServedSockets served;
  private volatile SessionState state;
  private volatile boolean closing; // by the daemon: nobody resumes this
  private volatile long lastFrame;
  private final Strangers.@Nullable Place place; // until the token is shown
  private @Nullable String ticket;
  private int handshakeBytes;

  /**
   * @throws IOException when the system has no descriptor left
   */
  Session(long number, FrameConnection connection, ConnectionInfo info, SessionContext context)
      throws IOException {
    this.endpoint = info.endpoint();
    this.self =
        new Presence(
            new SessionInfo(number, info.sessionName()),
            endpoint instanceof Endpoint.Io ? ranges : null,
            context);
    this.connection = connection;
    this.context = context;
    this.lastFrame = context.clock().nanoTime();
    this.handshake =
        new Handshake(info.hello(), endpoint instanceof Endpoint.Control, context);
    this.served = new ServedSockets(new ClientSockets(context.net(), connection));
    this.departure = new Departure(context.parking());
    this.state = info.authenticated() ? SessionState.TRUSTED : SessionState.AWAIT_HELLO;
    this.deadline =
        context
            .clock()
            .schedule(context.limits().handshakeTimeout(), this::handshakeIsLate);
    context.stats().increment(Counter.WS_CONNECTIONS);
    this.place = info.authenticated() ? null : context.strangers().enter();
    if (info.authenticated()) {
      opened(context.control().roots());
    } else if (place == null) {
      sockets().reply(new DaemonFrame.Error(0, "Too many connections have not authenticated yet."));
      end(CloseReason.POLICY_VIOLATION);
    }
  }

  private long number() {
    return self.info().number();
  }

  /** Any thread. */
  Presence presence() {
    return self;
  }

  /** Any thread. */
  Endpoint endpoint() {
    return endpoint;
  }

  /** Since the client has sent a frame. Any thread. */
  Duration idle() {
    return Duration.ofNanos(context.clock().nanoTime() - lastFrame);
  }

  /** Those that it serves now. Any thread. */
  ClientSockets sockets() {
    return served.current();
  }

  /** The body of the relay thread: carries data until the connection ends, then lets go of it. */
  void relay() {
    boolean orderly = false;
    try {
      served.relay(connection);
      connection.flush();
      orderly = true;
    } catch (IOException e) {
      LOG.debug("Session {}: the connection has broken: {}", number(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Session {} ends because of a defect.", number(), e);
    } finally {
      if (!orderly) {
        connection.abort();
      }
      served.relayLeaves();
      departure.relayHasLeft();
    }
  }

  /** There is no thread for {@link #relay}: everything of the session goes, as if it had ended. */
  void abandon() {
    connection.abort();
    onClosed(true);
    served.relayLeaves();
    departure.relayHasLeft();
  }

  /**
   * Ends the session in order, for instance because the daemon shuts down. Any thread. A client
   * that takes nothing cannot be told, and is cut off.
   */
  void close(CloseReason reason) {
    closing = true;
    sockets().afterReplies(() -> connection.close(reason));
    abortAfter(Limits.CLOSE_HANDSHAKE);
  }

  private void abortAfter(Duration time) {
    context
        .clock()
        .schedule(
            time,
            () -> {
              if (!served.relayIsOver()) {
                connection.abort();
              }
            });
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
    ClientSockets before = sockets();
    if (state == SessionState.CLOSED || before.over()) {
      return;
    }
    before.stats().increment(Counter.FRAMES_FROM_CLIENT);
    lastFrame = context.clock().nanoTime();
    int size = frame.remaining();
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
    return switch (state.verdict(opcode, phase())) {
      case ACCEPT -> {
        Capability needed = opcode.capability();
        if (needed != null && !sockets().has(needed)) {
          throw new ProtocolException(
              requestId,
              opcode + " needs the capability " + needed.label() + " in CLIENT_HELLO.");
        }
        boolean handled = FrameDispatch.dispatch(opcode, frame, this, sockets());
        state = state.next(opcode);
        yield handled;
      }
      case REFUSE -> throw new ProtocolException(requestId, opcode + " is not allowed now.");
      case CLOSE ->
          throw new ProtocolException(requestId, "The handshake is CLIENT_HELLO, then AUTH.");
      case DROP -> true;
    };
  }

  private Phase phase() {
    return switch (endpoint) {
      case Endpoint.Io io -> Phase.IO;
      case Endpoint.Control control -> Phase.CONTROL;
    };
  }

  @Override
  public void hello(ClientFrame.ClientHello frame) throws ProtocolException {
    Handshake.Outcome outcome = handshake.hello(frame);
    sockets().reply(outcome.answer());
    sockets().negotiate(outcome.capabilities());
    ticket = outcome.ticket();
    self.named(outcome.session());
    registerTicket();
  }

  @Override
  public void authenticate(ClientFrame.Auth frame) {
    DaemonFrame.AuthResult result = handshake.authenticate(frame);
    if (result.status() == Handshake.ACCEPTED) {
      List<DownloadRoot> roots = context.control().roots();
      sockets().reply(result);
      opened(roots);
      return;
    }
    context.stats().increment(Counter.AUTH_FAILURES);
    Duration penalty = context.access().penalty();
    LOG.atLevel(penalty.isZero() ? Level.WARN : Level.DEBUG) // whoever guesses must not fill the log
        .log("Session {}: a wrong token.", number());
    state = SessionState.CLOSED;
    if (place != null && !penalty.isZero()) { // hanging up early must not make guessing faster
      place.keepFor(penalty, context.clock());
    }
    deadline.cancel();
    deadline =
        context
            .clock()
            .schedule(
                penalty,
                () -> {
                  sockets().reply(result);
                  close(CloseReason.POLICY_VIOLATION);
                });
  }

  private void opened(List<DownloadRoot> roots) {
    deadline.cancel();
    if (place != null) {
      place.giveBack();
    }
    self.opened();
    if (endpoint instanceof Endpoint.Control control) {
      context.control().enter(this, control.codec(), roots);
    }
    registerTicket();
  }

  private void registerTicket() {
    if (ticket != null && self.announced()) {
      context.tickets().give(ticket, this);
    }
  }

  @Override
  public void acknowledge(ClientFrame.Ack frame) throws ProtocolException {
    Resumption resumption = sockets().resumption();
    if (resumption != null && !resumption.acknowledge(frame.frames())) {
      throw new ProtocolException(frame.requestId(), "ACK counts frames that were never sent.");
    }
  }

  @Override
  public void range(ClientFrame frame) {
    ranges.answer(frame);
  }

  @Override
  public void openFolderPicker(ClientFrame.OpenFolderPicker frame) throws ProtocolException {
    if (!context.folderPicker().open()) {
      throw new ProtocolException(
          frame.requestId(), "The host application offers no folder picker.");
    }
  }

  /** Any thread. A client that does not read what matters is cut off: it comes back for the rest. */
  void tell(DaemonFrame frame) {
    if (sockets().hasControlRoom()) {
      sockets().reply(frame);
    } else {
      close(CloseReason.POLICY_VIOLATION);
    }
  }

  /** Any thread. What a client that does not read misses is out of date by then. */
  void tellIfReading(DaemonFrame frame) {
    if (sockets().hasControlRoom()) {
      sockets().reply(frame);
    }
  }

  /** Any thread. */
  boolean has(Capability capability) {
    return sockets().has(capability);
  }

  private void replyTo(DaemonFrame frame) {
    sockets().reply(frame);
  }

  @Override
  public void resume(ClientFrame.Resume frame) {
    Errno outcome = served.untouched() ? reclaim(frame) : Errno.EINVAL;
    if (outcome != Errno.OK) {
      sockets().reply(
          new DaemonFrame.Resumed(frame.requestId(), outcome.number(), 0, 0, List.of()));
      return;
    }
    LOG.info("Session {} goes on with the sockets of a lost one.", number());
    context.stats().increment(Counter.RESUMED_SESSIONS);
    forgetTicket();
    ticket = frame.ticket();
    registerTicket();
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
    if (!served.adopt(lost, frame, connection)) {
      from.giveBack(lost);
      return Errno.ESTALE;
    }
    return Errno.OK;
  }

  private boolean mayBeResumed(long frames) {
    Resumption resumption = sockets().resumption();
    return resumption != null && resumption.possible(frames);
  }

  private void refuse(ProtocolException violation) {
    sockets().stats().increment(Counter.PROTOCOL_ERRORS);
    sockets().reply(new DaemonFrame.Error(violation.requestId(), violation.getMessage()));
    if (!state.authenticated()) {
      end(CloseReason.POLICY_VIOLATION);
    }
  }

  private void end(CloseReason reason) {
    state = SessionState.CLOSED;
    close(reason);
  }

  private void handshakeIsLate() {
    if (!self.announced() && state != SessionState.CLOSED) {
      sockets().reply(new DaemonFrame.Error(0, "The handshake took too long."));
      close(CloseReason.POLICY_VIOLATION);
    }
  }

  @Override
  public void onViolation(CloseReason reason, String sentence) {
    if (state == SessionState.CLOSED) {
      return;
    }
    sockets().stats().increment(Counter.PROTOCOL_ERRORS);
    sockets().reply(new DaemonFrame.Error(0, sentence));
    end(reason);
  }

  @Override
  public void onFlushWanted() {
    sockets().flushSoon();
  }

  @Override
  public void onClosed(boolean finished) {
    Resumption resumption =
        self.announced() && !finished && !closing ? sockets().resumption() : null;
    boolean lost = resumption != null && !resumption.isForfeited();
    state = SessionState.CLOSED;
    deadline.cancel();
    if (lost) {
      resumption.pause();
    } else {
      forgetTicket();
      sockets().end();
    }
    // A client that has stopped reading holds the relay thread; it must not hold the ports too.
    abortAfter(Limits.SESSION_END_LINGER);
    if (place != null) {
      place.giveBack();
    }
    context.stats().decrement(Counter.WS_CONNECTIONS);
    context.sessionEnded(this);
    self.closed(lost, sockets().stats());
    context.control().leave(this);
    ranges.end();
    departure.readerHasLeft(sockets(), lost, this::forgetTicket);
    ended.countDown();
  }

  private void forgetTicket() {
    if (ticket != null) {
      context.tickets().take(ticket, this);
    }
  }
}

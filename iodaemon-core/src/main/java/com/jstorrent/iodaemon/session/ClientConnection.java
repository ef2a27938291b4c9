package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.SessionInfo;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.Opcode.Phase;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.net.ClientLink;
import com.jstorrent.iodaemon.net.Resumption;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stream.RangeRequests;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.Endpoint;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One connection of a client: its handshake, and after that the decoding and dispatch of its frames.
 * Used by the thread that delivers frames only, except what the deadline of the handshake reads.
 */
final class ClientConnection implements FrameReceiver, FrameDispatch.ConnectionFrames {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

  private final FrameConnection connection;
  private final Endpoint endpoint;
  private final Phase phase; // asked for with each frame
  private final SessionContext context;
  private final Handshake handshake;
  private final Admission admission;
  private final SessionIdentity identity;
  private final RangeRequests ranges = new RangeRequests(frame -> reply(frame));
  private volatile Client client; // another one from RESUME on
  private volatile ConnectionState state;
  private boolean resumed;
  private @Nullable String ticket;
  private int handshakeBytes;

  ClientConnection(
      long number, FrameConnection connection, ConnectionInfo info, SessionContext context) {
    this.connection = connection;
    this.endpoint = info.endpoint();
    this.phase = phaseOf(endpoint);
    this.context = context;
    this.handshake =
        new Handshake(info.hello(), endpoint instanceof Endpoint.Control, context);
    this.identity =
        new SessionIdentity(
            new SessionInfo(number, info.sessionName()),
            endpoint,
            endpoint instanceof Endpoint.Io ? ranges : null,
            context);
    this.client = new Client(connection, identity, context);
    this.state = info.authenticated() ? ConnectionState.TRUSTED : ConnectionState.AWAIT_HELLO;
    this.admission = new Admission(context.clock());
    boolean admitted =
        info.authenticated()
            || admission.begin(
                context.unauthenticated(),
                context.limits().handshakeTimeout(),
                this::handshakeIsLate);
    context.stats().increment(Counter.WS_CONNECTIONS);
    if (!client.sockets().isAdmitted()) {
      reply(new DaemonFrame.Error(0, "There is no memory for another client."));
      end(CloseReason.TRY_AGAIN_LATER);
    } else if (info.authenticated()) {
      authenticated(context.control().roots());
    } else if (!admitted) {
      reply(new DaemonFrame.Error(0, "Too many connections have not authenticated yet."));
      end(CloseReason.POLICY_VIOLATION);
    }
  }

  /** The client that it belongs to now. Any thread. */
  Client client() {
    return client;
  }

  private ClientLink link() {
    return client.link();
  }

  private void reply(DaemonFrame frame) {
    client.reply(frame);
  }

  @Override
  public int frameLimit() {
    return state.authenticated() ? Limits.FRAME_BYTES : Limits.HANDSHAKE_BYTES;
  }

  @Override
  public MemoryAccount memory() {
    return client.sockets().memory();
  }

  @Override
  public void onFrame(ByteBuffer frame) {
    take(frame, 1, frame.remaining(), FrameDispatch::dispatch);
  }

  @Override
  public void onFrames(List<ByteBuffer> frames) {
    int end;
    for (int at = 0; at < frames.size(); at = end) {
      end = endOfRun(frames, at);
      if (end - at == 1) {
        onFrame(frames.get(at));
      } else {
        SendRun run = SendRun.of(frames.subList(at, end));
        take(frames.get(at), end - at, run.bytes(), FrameDispatch.ofRun(run));
      }
    }
  }

  /** Frames that will be refused are handled one by one, so that each has its answer. */
  private int endOfRun(List<ByteBuffer> frames, int at) {
    Resumption resumption = link().resumption();
    int end =
        resumption == null
            ? SendRun.end(frames, at, SendRun.MAX_FRAMES, Limits.FRAME_BUFFER_BYTES)
            : SendRun.end(frames, at, resumption.framesUntilAck(), resumption.bytesUntilAck());
    return end == at + 1 || client.sockets().canSend(FrameHeader.socketId(frames.get(at)))
        ? end
        : at + 1;
  }

  @Override
  public void onLargeFrame(LargeFrame frame) {
    ByteBuffer head = frame.next();
    if (head != null) {
      take(head, 1, frame.remaining(), FrameDispatch.ofLarge(frame));
    }
  }

  /**
   * @param frame the frame, or the beginning of it, or the first one of a run
   * @param count how many frames these are
   * @param size in bytes
   */
  private void take(ByteBuffer frame, int count, int size, FrameDispatch.Dispatch dispatch) {
    ClientLink link = link();
    if (state == ConnectionState.CLOSED || link.isDisconnected()) {
      return;
    }
    link.stats().add(Counter.FRAMES_FROM_CLIENT, count);
    client.recordActivity();
    Resumption resumption = link.resumption();
    boolean counted =
        resumption == null
            || size < FrameHeader.LENGTH
            || Opcode.isCounted(FrameHeader.opcode(frame));
    if (counted) { // ACK must not wait: it is what the client makes room with
      link.awaitControlRoom();
    }
    boolean handled = true;
    try {
      if (!state.authenticated()) {
        countHandshakeBytes(size);
      }
      handled = handle(FrameReader.clientOpcode(frame), frame, dispatch);
    } catch (ProtocolException e) {
      refuse(e);
    }
    if (resumption != null && counted && handled) {
      resumption.handled(count, size);
    }
  }

  private void countHandshakeBytes(int size) throws ProtocolException {
    handshakeBytes += size;
    if (handshakeBytes > Limits.HANDSHAKE_BYTES) {
      throw new ProtocolException(
          0, "The handshake is longer than " + Limits.HANDSHAKE_BYTES + " bytes.");
    }
  }

  private boolean handle(Opcode opcode, ByteBuffer frame, FrameDispatch.Dispatch dispatch)
      throws ProtocolException {
    int requestId = FrameHeader.requestId(frame);
    return switch (state.verdict(opcode, phase)) {
      case ACCEPT -> {
        Capability needed = opcode.capability();
        if (needed != null && !link().has(needed)) {
          throw new ProtocolException(
              requestId,
              opcode + " needs the capability " + needed.label() + " in CLIENT_HELLO.");
        }
        boolean handled = dispatch.run(opcode, frame, this, client.sockets());
        state = state.next(opcode);
        yield handled;
      }
      case REFUSE -> throw new ProtocolException(requestId, opcode + " is not allowed now.");
      case CLOSE ->
          throw new ProtocolException(requestId, "The handshake is CLIENT_HELLO, then AUTH.");
      case DROP -> true;
    };
  }

  private static Phase phaseOf(Endpoint endpoint) {
    return switch (endpoint) {
      case Endpoint.Io io -> Phase.IO;
      case Endpoint.Control control -> Phase.CONTROL;
    };
  }

  @Override
  public void hello(ClientFrame.ClientHello frame) throws ProtocolException {
    Handshake.Outcome outcome = handshake.hello(frame);
    ranges.holdWhile(
        () -> {
          identity.named(outcome.session()); // first: the client may use the name as soon as it has the answer
          link().answerHello(outcome.answer(), outcome.capabilities());
        });
    ticket = outcome.ticket();
    client.offerResume(ticket);
  }

  @Override
  public void authenticate(ClientFrame.Auth frame) {
    DaemonFrame.AuthResult result = handshake.authenticate(frame);
    if (result.status() == Handshake.ACCEPTED) {
      List<DownloadRoot> roots = context.control().roots();
      ranges.holdWhile(
          () -> {
            identity.opened(); // first: the client may name its session in a request as soon as it has the answer
            reply(result);
          });
      authenticated(roots);
      return;
    }
    context.stats().increment(Counter.AUTH_FAILURES);
    Duration penalty = context.access().penalty();
    LOG.atLevel(penalty.isZero() ? Level.WARN : Level.DEBUG) // guessing must not fill the log
        .log("Session {}: a wrong token.", identity.info().number());
    state = ConnectionState.CLOSED;
    admission.refused(
        penalty,
        () -> {
          reply(result);
          client.close(CloseReason.POLICY_VIOLATION);
        });
  }

  private void authenticated(List<DownloadRoot> roots) {
    admission.over();
    identity.opened();
    if (endpoint instanceof Endpoint.Control control) {
      context.control().enter(client, control.codec(), roots);
    }
    client.offerResume(ticket);
  }

  @Override
  public void acknowledge(ClientFrame.Ack frame) throws ProtocolException {
    Resumption resumption = link().resumption();
    if (resumption != null && !resumption.acknowledge(frame.frames())) {
      throw new ProtocolException(frame.requestId(), "ACK counts frames that were never sent.");
    }
  }

  @Override
  public void resume(ClientFrame.Resume frame) {
    ranges.holdWhile(() -> takeOver(frame)); // neither client has the connection for a moment
  }

  private void takeOver(ClientFrame.Resume frame) {
    Client lost = context.tickets().holder(frame.ticket());
    Errno outcome =
        resumed || client.sockets().wereUsed()
            ? Errno.EINVAL
            : lost == null ? Errno.ESTALE
            : client.handOverTo(lost, frame);
    if (outcome != Errno.OK || lost == null) {
      link().awaitControlRoom();
      reply(new DaemonFrame.Resumed(frame.requestId(), outcome.number(), 0, 0, List.of()));
      return;
    }
    client = lost;
    resumed = true;
    LOG.info("Session {} goes on with the sockets of a lost one.", identity.info().number());
    context.stats().increment(Counter.RESUMED_SESSIONS);
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

  private void refuse(ProtocolException violation) {
    link().stats().increment(Counter.PROTOCOL_ERRORS);
    link().awaitControlRoom(); // also for what is not counted, see above
    reply(new DaemonFrame.Error(violation.requestId(), violation.getMessage()));
    if (!state.authenticated()) {
      end(CloseReason.POLICY_VIOLATION);
    }
  }

  private void end(CloseReason reason) {
    state = ConnectionState.CLOSED;
    client.close(reason);
  }

  private void handshakeIsLate() {
    if (!identity.announced() && state != ConnectionState.CLOSED) {
      reply(new DaemonFrame.Error(0, "The handshake took too long."));
      client.close(CloseReason.POLICY_VIOLATION);
    }
  }

  @Override
  public void onViolation(CloseReason reason, String sentence) {
    if (state == ConnectionState.CLOSED) {
      return;
    }
    link().stats().increment(Counter.PROTOCOL_ERRORS);
    reply(new DaemonFrame.Error(0, sentence));
    end(reason);
  }

  @Override
  public void onFlushWanted() {
    link().flushSoon();
  }

  @Override
  public void onClosed(boolean finished) {
    state = ConnectionState.CLOSED;
    admission.over();
    context.control().leave(client);
    ranges.end();
    boolean mayReturn = client.mayReturn(finished);
    identity.closed(mayReturn, link().stats());
    client.connectionEnded(connection, mayReturn);
  }
}

package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.transport.HelloCodec;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers CLIENT_HELLO and AUTH (PROTOCOL.md § 3). */
final class Handshake {
  static final int ACCEPTED = 0;
  private static final int REFUSED = 1;

  private final HelloCodec codec;
  private final boolean forControl;
  private final SessionContext context;

  /**
   * @param forControl whether the connection is for {@code /control}
   */
  Handshake(HelloCodec codec, boolean forControl, SessionContext context) {
    this.codec = codec;
    this.forControl = forControl;
    this.context = context;
  }

  /**
   * The outcome of CLIENT_HELLO.
   *
   * @param ticket the ticket for RESUME, if that was asked for
   * @param session the name that the client has given itself, if any
   */
  record Outcome(
      DaemonFrame.ServerHello answer,
      Set<Capability> capabilities,
      @Nullable String ticket,
      @Nullable String session) {}

  /** An empty hello is answered with an empty one: old clients know no other. */
  Outcome hello(ClientFrame.ClientHello hello) throws ProtocolException {
    if (hello.body().isEmpty()) {
      return new Outcome(new DaemonFrame.ServerHello(hello.requestId(), ""), Set.of(), null, null);
    }
    Set<Capability> granted = EnumSet.noneOf(Capability.class);
    HelloCodec.ClientHello request;
    try {
      request = codec.read(hello.body());
    } catch (IllegalArgumentException e) {
      throw new ProtocolException(
          hello.requestId(), "The body of CLIENT_HELLO is not what it should be.");
    }
    String name = request.session();
    if (name != null && name.length() > Limits.SESSION_NAME_CHARS) {
      throw new ProtocolException(
          hello.requestId(),
          "The name of a session may have " + Limits.SESSION_NAME_CHARS + " characters.");
    }
    for (String asked : request.capabilities()) {
      Capability known = Capability.of(asked);
      if (known != null && known.isForControl() == forControl) {
        granted.add(known);
      }
    }
    String ticket = granted.contains(Capability.RESUME) ? context.tickets().draw() : null;
    HelloCodec.ServerHello answer =
        new HelloCodec.ServerHello(
            granted.stream().map(Capability::label).toList(),
            limits(),
            context.version(),
            ticket);
    return new Outcome(
        new DaemonFrame.ServerHello(hello.requestId(), codec.write(answer)),
        granted,
        ticket,
        request.session());
  }

  private Map<String, Long> limits() {
    Limits limits = context.limits();
    return Map.of(
        "frameBytes", (long) Limits.FRAME_BYTES,
        "recvDataBytes", (long) Limits.RECV_DATA_BYTES,
        "sockets", (long) limits.sockets(),
        "socketQueueBytes", limits.socketQueueBytes(),
        "connectionQueueBytes", limits.sessionQueueBytes(),
        "creditBytes", (long) limits.creditBytes(),
        "sendCreditBytes", (long) limits.sendCreditBytes(),
        "replayBytes", (long) limits.replayBytes(),
        "resumeGraceSeconds", limits.resumeGrace().toSeconds());
  }

  DaemonFrame.AuthResult authenticate(ClientFrame.Auth auth) {
    return context.access().tokenMatches(auth.token())
        ? new DaemonFrame.AuthResult(auth.requestId(), ACCEPTED, "")
        : new DaemonFrame.AuthResult(auth.requestId(), REFUSED, "The token is wrong.");
  }
}

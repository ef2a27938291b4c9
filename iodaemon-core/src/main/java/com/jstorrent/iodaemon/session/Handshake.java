package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.transport.HelloCodec;
import java.util.List;
import java.util.Map;

/** Answers to CLIENT_HELLO and AUTH (PROTOCOL.md § 3). */
final class Handshake {
  static final int ACCEPTED = 0;
  private static final int REFUSED = 1;

  private final HelloCodec codec;
  private final SessionContext context;

  Handshake(HelloCodec codec, SessionContext context) {
    this.codec = codec;
    this.context = context;
  }

  /** An empty hello is answered with an empty one: old clients know no other. */
  DaemonFrame.ServerHello hello(ClientFrame.ClientHello hello) throws ProtocolException {
    if (hello.body().isEmpty()) {
      return new DaemonFrame.ServerHello(hello.requestId(), "");
    }
    try {
      codec.read(hello.body());
    } catch (IllegalArgumentException e) {
      throw new ProtocolException(
          hello.requestId(), "The body of CLIENT_HELLO is not what it should be.");
    }
    Limits limits = context.limits();
    HelloCodec.ServerHello answer =
        new HelloCodec.ServerHello(
            List.of(),
            Map.of(
                "frameBytes", (long) Limits.FRAME_BYTES,
                "recvDataBytes", (long) Limits.RECV_DATA_BYTES,
                "sockets", (long) limits.sockets(),
                "socketQueueBytes", limits.socketQueueBytes()),
            context.version());
    return new DaemonFrame.ServerHello(hello.requestId(), codec.write(answer));
  }

  DaemonFrame.AuthResult authenticate(ClientFrame.Auth auth) {
    return context.access().tokenMatches(auth.token())
        ? new DaemonFrame.AuthResult(auth.requestId(), ACCEPTED, "")
        : new DaemonFrame.AuthResult(auth.requestId(), REFUSED, "The token is wrong.");
  }
}

package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import java.io.IOException;
import java.util.function.IntFunction;

/** What the sockets and calls of a session share. Thread-safe. */
final class SessionContext {
  private final Outbox outbox;
  private final SocketRegistry sockets = new SocketRegistry();
  private final SocketRegistry servers = new SocketRegistry();
  private final Replies replies = new Replies();
  private final Negotiated negotiated;
  private final ClientOptions options;

  /**
   * @param negotiated holds for the whole session, on all its connections
   */
  SessionContext(Outbox outbox, Negotiated negotiated, ClientOptions options) {
    this.outbox = outbox;
    this.negotiated = negotiated;
    this.options = options;
  }

  Outbox outbox() {
    return outbox;
  }

  SocketRegistry sockets() {
    return sockets;
  }

  SocketRegistry servers() {
    return servers;
  }

  Replies replies() {
    return replies;
  }

  Negotiated negotiated() {
    return negotiated;
  }

  ClientOptions options() {
    return options;
  }

  /**
   * Sends a request and waits for the answer.
   *
   * @param request makes the frame with this request id
   */
  DaemonFrame ask(IntFunction<ClientFrame> request, CallTimeout timeout) throws IOException {
    return ask(request, new Reply(), timeout);
  }

  /** The same, with a reply that others can fail. */
  DaemonFrame ask(IntFunction<ClientFrame> request, Reply reply, CallTimeout timeout)
      throws IOException {
    int requestId = replies.expect(reply);
    try {
      outbox.put(FrameWriter.write(request.apply(requestId), 0), () -> true, timeout);
      return reply.await(timeout);
    } finally {
      replies.forget(requestId);
    }
  }

  void failAll(ExceptionSupplier why) {
    outbox.fail(why);
    replies.failAll(why);
    sockets.failAll(why);
    servers.failAll(why);
  }
}

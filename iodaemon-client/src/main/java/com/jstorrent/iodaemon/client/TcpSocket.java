package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The frames of one TCP connection. Thread-safe. */
final class TcpSocket implements SocketEvents {
  /** The most data in one TCP_SEND: large, since each frame costs a wake-up of the writer and one of the daemon. */
  private static final int MAX_DATA = 128 << 10;

  private static final ExceptionSupplier CLOSED_HERE = AsynchronousCloseException::new;
  private static final ExceptionSupplier SHUT_DOWN =
      () -> new SocketException("The output of this connection was shut down.");
  private static final ExceptionSupplier CLOSED_BY_PEER =
      () -> new SocketException("The peer has closed the connection.");

  private final SessionContext context;
  private final int id;
  private final String peer;
  private final ReceiveBuffer in;
  private final SendWindow out;
  private final Reply end = new Reply();
  private final AtomicReference<TcpPhase> phase = new AtomicReference<>(TcpPhase.OPEN);
  private volatile ExceptionSupplier whyEnded = CLOSED_BY_PEER; // once it has
  private final AtomicReference<@Nullable Reply> securing = new AtomicReference<>();

  /**
   * A connection that was accepted.
   *
   * @param peer for messages
   */
  TcpSocket(SessionContext context, int id, String peer) {
    this.context = context;
    this.peer = peer;
    this.in = buffer(context);
    this.out = window(context);
    this.id = id;
    context.sockets().add(id, this);
  }

  private TcpSocket(SessionContext context, String peer) {
    this.context = context;
    this.peer = peer;
    this.in = buffer(context);
    this.out = window(context);
    this.id = context.sockets().add(this);
  }

  private ReceiveBuffer buffer(SessionContext shared) {
    int most = shared.options().receiveBytes();
    return shared.negotiated().has(Capability.CREDIT)
        ? new ReceiveBuffer(shared.negotiated().creditBytes(), most, this::grant)
        : new ReceiveBuffer(most, most, null);
  }

  private static SendWindow window(SessionContext shared) {
    return new SendWindow(
        shared.negotiated().has(Capability.CREDIT)
            ? shared.negotiated().sendCreditBytes()
            : Long.MAX_VALUE);
  }

  private void grant(int bytes) {
    if (phase.get() != TcpPhase.ENDED) {
      context.outbox().putControl(new ClientFrame.TcpCredit(0, id, bytes));
    }
  }

  /** Connects. Giving up, for whatever reason, cancels the attempt (PROTOCOL.md § 4.9). */
  static TcpSocket connect(SessionContext context, String host, int port, CallTimeout timeout)
      throws IOException {
    String peer = host + ':' + port;
    TcpSocket socket = new TcpSocket(context, peer);
    boolean asking = true;
    try {
      DaemonFrame answer =
          context.ask(request -> new ClientFrame.TcpConnect(request, socket.id, port, host),
              timeout);
      asking = false;
      int errno = ((DaemonFrame.TcpConnected) answer).errno();
      if (errno != 0) {
        context.sockets().remove(socket.id);
        throw new IoErrnoException("Connecting to " + peer, errno);
      }
      return socket;
    } finally {
      if (asking) {
        context.sockets().remove(socket.id);
        context.outbox().putControl(new ClientFrame.TcpClose(0, socket.id));
      }
    }
  }

  @Override
  public void onFrame(DaemonFrame frame) throws InterruptedException {
    switch (frame) {
      case DaemonFrame.TcpCredit f -> out.add(Integer.toUnsignedLong(f.bytes()));
      case DaemonFrame.TcpShutdown f -> {
        change(TcpPhase.Event.PEER_SHUTDOWN);
        in.end();
      }
      case DaemonFrame.TcpSecured f -> {
        if (f.errno() == 0) {
          in.drop(); // plain text must not be taken for what came over TLS
        }
      }
      case DaemonFrame.TcpClosed f -> {
        context.sockets().remove(id);
        int errno = f.errno();
        ExceptionSupplier why =
            errno == 0 ? null : () -> new IoErrnoException("The connection to " + peer, errno);
        finish(why, why == null ? CLOSED_BY_PEER : why);
        end.complete(f);
      }
      default -> {
      }
    }
  }

  @Override
  public void onData(ReceivedData data) throws InterruptedException {
    in.add(data);
  }

  @Override
  public void stopBlocking() {
    if (!context.negotiated().has(Capability.CREDIT)) { // with credit it never blocks, and what has come can still be read
      in.discard();
    }
  }

  @Override
  public void onLost(ExceptionSupplier why) {
    finish(why, why);
    end.fail(why);
  }

  private void finish(@Nullable ExceptionSupplier forReaders, ExceptionSupplier forWriters) {
    whyEnded = forWriters;
    change(TcpPhase.Event.END);
    in.end(forReaders);
    out.end(forWriters);
    context.outbox().recheck();
    endHandshake(forWriters);
  }

  /** Ends a call of {@link #secure} that waits, if there is one. */
  private void endHandshake(ExceptionSupplier why) {
    Reply handshake = securing.get();
    if (handshake != null) {
      handshake.fail(why);
    }
  }

  /** Returns the phase before the event. */
  private TcpPhase change(TcpPhase.Event event) {
    return phase.getAndUpdate(now -> now.after(event));
  }

  /** Whether the application has not closed the connection yet. */
  boolean isOpen() {
    return in.isWanted();
  }

  int read(ByteBuffer into, CallTimeout timeout) throws IOException {
    return in.read(into, timeout);
  }

  int available() {
    return in.available();
  }

  /** Sends all of the data, in as many frames as the credit makes necessary. */
  void write(ByteBuffer data, CallTimeout timeout) throws IOException {
    int begin = data.position();
    try {
      out.enter(timeout);
      try {
        while (data.hasRemaining()) {
          int count = out.take(Math.min(data.remaining(), MAX_DATA), timeout);
          send(data.slice(data.position(), count), timeout);
          data.position(data.position() + count);
        }
      } finally {
        out.leave();
      }
    } catch (InterruptedIOException e) {
      e.bytesTransferred = data.position() - begin;
      throw e;
    }
  }

  private void send(ByteBuffer data, CallTimeout timeout) throws IOException {
    int count = data.remaining();
    boolean sent = false;
    try {
      ByteBuffer frame = FrameWriter.write(new ClientFrame.TcpSend(0, id, data), 0);
      sent = context.outbox().put(frame, out::isOpen, timeout);
    } finally {
      if (!sent) {
        out.add(count);
      }
    }
    if (!sent) {
      out.take(1, timeout); // throws, and says why
    }
  }

  void shutdownOutput() throws IOException {
    if (!context.negotiated().has(Capability.HALFCLOSE)) {
      throw new IOException(
          "The daemon has not granted halfclose; close the connection to end its output.");
    }
    TcpPhase before = change(TcpPhase.Event.SHUTDOWN);
    if (before == TcpPhase.CLOSING) {
      throw CLOSED_HERE.exception();
    }
    if (before == TcpPhase.ENDED && whyEnded != CLOSED_BY_PEER) {
      throw whyEnded.exception();
    }
    if (before != before.after(TcpPhase.Event.SHUTDOWN)) {
      out.end(SHUT_DOWN);
      context.outbox().putControl(new ClientFrame.TcpShutdown(0, id));
      context.outbox().recheck();
    }
  }

  /** Encrypts what follows (PROTOCOL.md § 4.3). */
  void secure(String host, boolean skipChecks, CallTimeout timeout) throws IOException {
    Reply reply = new Reply();
    if (!securing.compareAndSet(null, reply)) {
      throw new SocketException("This connection is being encrypted already.");
    }
    try {
      switch (phase.get()) { // asked once those who end the connection can see the reply
        case CLOSING -> throw CLOSED_HERE.exception();
        case ENDED -> throw whyEnded.exception();
        default -> {
        }
      }
      DaemonFrame answer =
          context.ask(
              request -> new ClientFrame.TcpSecure(request, id, skipChecks, host), reply, timeout);
      int errno = ((DaemonFrame.TcpSecured) answer).errno();
      if (errno != 0) {
        throw new IoErrnoException("TLS with " + (host.isEmpty() ? peer : host), errno);
      }
    } finally {
      securing.set(null);
    }
  }

  /** Closes without waiting. */
  void closeNow() {
    in.discard();
    TcpPhase before = change(TcpPhase.Event.CLOSE);
    if (before != before.after(TcpPhase.Event.CLOSE)) {
      out.end(CLOSED_HERE);
      endHandshake(CLOSED_HERE);
      context.outbox().putControl(new ClientFrame.TcpClose(0, id));
      context.outbox().recheck();
    }
  }

  /** Waits for the daemon's TCP_CLOSE, whether or not {@link #closeNow} was called before. */
  void awaitEnd(CallTimeout timeout) throws IOException {
    int errno = ((DaemonFrame.TcpClosed) end.await(timeout)).errno();
    if (errno != 0) {
      throw new IoErrnoException("The connection to " + peer, errno);
    }
  }
}

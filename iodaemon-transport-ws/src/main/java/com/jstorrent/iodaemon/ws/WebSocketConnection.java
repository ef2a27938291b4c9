package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.KernelQueues;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import com.jstorrent.iodaemon.transport.UpgradeRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket. Two threads work on it: the one in {@link #serve} reads, the session's relay
 * writes. Neither takes a lock of the other's.
 */
final class WebSocketConnection implements FrameConnection, Engine.Events, WebSocketReader.Sink,
    Heartbeat.Link {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

  private final SocketChannel channel;
  private final Limits limits;
  private final MonotonicClock clock;
  private final Engine engine = new Engine(this);
  private final WebSocketReader reader; // the thread in serve only
  private final WebSocketWriter writer; // relay only, once the session has begun
  private volatile @Nullable FrameReceiver receiver;
  private volatile @Nullable Heartbeat heartbeat;
  private volatile MonotonicClock.@Nullable Scheduled cutOff;
  private boolean outputEnded; // relay only

  WebSocketConnection(
      SocketChannel channel,
      BufferPool buffers,
      Limits limits,
      MonotonicClock clock) {
    this.channel = channel;
    this.reader = new WebSocketReader(this, buffers);
    this.limits = limits;
    this.clock = clock;
    this.writer = new WebSocketWriter(channel);
  }

  /**
   * Answers the upgrade and serves the WebSocket until it ends. Blocks; the caller then closes the
   * channel.
   *
   * @throws IOException when the connection breaks
   */
  void serve(UpgradeRequest request, SessionAcceptor sessions, ConnectionInfo info)
      throws IOException {
    Thread.currentThread().setName("iodaemon-client");
    engine.open(UpgradeCheck.head(request));
    flush();
    FrameReceiver session = sessions.accept(this, info);
    receiver = session;
    Heartbeat pulse = new Heartbeat(limits.pingInterval(), clock, this);
    heartbeat = pulse;
    try {
      reader.prime(request.readAhead());
      reader.run(pulse.listen(channel));
    } finally {
      pulse.stop();
      reader.release();
      session.onClosed(engine.closedForGood());
      finishClosing();
    }
  }

  /**
   * The other half of the closing handshake: our Close is on its way, then the client ends its side
   * (RFC 6455 § 7.1.1). Closing before that could destroy, by a reset, what it has not read yet.
   */
  private void finishClosing() {
    MonotonicClock.Scheduled deadline = cutOff;
    if (deadline == null) {
      return; // the client went without a Close
    }
    try {
      ByteBuffer discarded = ByteBuffer.allocate(8 << 10);
      while (channel.read(discarded.clear()) >= 0) {}
    } catch (IOException e) {
      LOG.trace("The end of a WebSocket was cut short: {}", e.toString());
    } finally {
      deadline.cancel();
    }
  }

  @Override
  public void ping() {
    engine.ping();
  }

  @Override
  public long bytesWritten() {
    return writer.written();
  }

  @Override
  public OptionalLong bytesUnread() {
    return KernelQueues.unread(channel);
  }

  @Override
  public void dead() {
    LOG.warn("A client has not answered {} pings; its connection ends.", Limits.MISSED_PONGS);
    abort();
  }

  @Override
  public int headroom() {
    return WireFormat.MAX_HEADER;
  }

  /** Behind our Close nothing may follow: what still comes from peers is dropped with them. */
  @Override
  public void send(ByteBuffer frame) throws IOException {
    if (!outputEnded) {
      writer.message(frame);
    }
  }

  @Override
  public void flush() throws IOException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    if (outputEnded) {
      return;
    }
    Heartbeat pulse = heartbeat;
    if (pulse != null) {
      pulse.writing();
    }
    boolean last = engine.isClosing(); // asked first: the Close is then in the queue already
    for (ByteBuffer next; (next = engine.nextOutgoing()) != null;) {
      writer.bytes(next);
    }
    writer.flush();
    if (pulse != null) {
      pulse.written();
    }
    if (last) {
      outputEnded = true;
      channel.shutdownOutput();
    }
  }

  @Override
  public void close(CloseReason reason) {
    engine.close(reason);
  }

  @Override
  public void abort() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.trace("A WebSocket did not close cleanly: {}", e.toString());
    }
    onOutgoing(); // the flush fails, and so the session hears of it
  }

  @Override
  public void probe() {
    engine.ping();
  }

  @Override
  public boolean isOpen() {
    return engine.isOpen();
  }

  @Override
  public int messageLimit() {
    return session().frameLimit();
  }

  @Override
  public void onBinary(ByteBuffer message) {
    session().onFrame(message);
  }

  @Override
  public void onControl(int opcode, ByteBuffer payload) {
    engine.control(opcode, payload);
  }

  @Override
  public void onViolation(CloseReason reason, String sentence) {
    session().onViolation(reason, sentence);
  }

  /** PROTOCOL.md § 3: at any time, and as soon as the first fragment shows it. */
  @Override
  public void onText() {
    engine.close(CloseReason.UNSUPPORTED_DATA);
  }

  @Override
  public void onOutgoing() {
    FrameReceiver session = receiver;
    if (session != null) {
      session.onFlushWanted();
    }
  }

  @Override
  public void onClosing() {
    cutOff = clock.schedule(Limits.CLOSE_HANDSHAKE, this::abort);
  }

  private FrameReceiver session() {
    FrameReceiver session = receiver;
    if (session == null) {
      throw new IllegalStateException("No session has begun.");
    }
    return session;
  }
}

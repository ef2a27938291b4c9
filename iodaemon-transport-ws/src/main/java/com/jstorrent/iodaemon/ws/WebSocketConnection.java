package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.UpgradeRequest;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.DaemonMemory;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.LargeFrame;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import com.jstorrent.iodaemon.transport.kernel.KernelQueues;
import com.jstorrent.iodaemon.work.PlatformThread;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket. The thread in {@link #serve} reads, or waits while a platform thread reads; the session's relay
 * thread writes. They share no lock.
 */
final class WebSocketConnection implements FrameConnection, Engine.Events, WebSocketReader.Sink,
    Heartbeat.Link, ConnectionMemory.Reader {
  /** See {@link #awaitFlush}. */
  private static final int FLUSHES = 3;

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

  private final SocketChannel channel;
  private final Limits limits;
  private final MonotonicClock clock;
  private final Engine engine = new Engine(this);
  private final WebSocketReader reader; // used by the reading thread only
  private final WebSocketWriter writer; // used by the relay only, once the session has begun
  private volatile @Nullable FrameReceiver receiver;
  private volatile @Nullable Heartbeat heartbeat;
  private volatile MonotonicClock.@Nullable Scheduled cutOff;
  private volatile @Nullable CountDownLatch flushed; // awaited at the end of the input
  private boolean outputEnded; // used by the relay only

  WebSocketConnection(
      SocketChannel channel,
      DaemonMemory memory,
      Limits limits,
      MonotonicClock clock) {
    this.channel = channel;
    ConnectionMemory own = new ConnectionMemory(memory, this);
    this.reader = new WebSocketReader(this, own.frames(), own.segments());
    this.limits = limits;
    this.clock = clock;
    this.writer = new WebSocketWriter(channel, memory.segments());
  }

  /**
   * Answers the upgrade and serves the WebSocket until it ends. Blocks; the caller then closes the
   * channel.
   *
   * @throws IOException when the connection breaks
   */
  void serve(UpgradeRequest request, SessionAcceptor sessions, ConnectionInfo info)
      throws IOException {
    engine.open(UpgradeCheck.head(request));
    flush();
    FrameReceiver session = sessions.accept(this, info);
    receiver = session;
    Heartbeat beat = new Heartbeat(limits.pingInterval(), clock, this);
    heartbeat = beat;
    try {
      read(request.readAhead(), beat);
    } finally {
      beat.stop();
      reader.release();
      awaitFlush(session);
      session.onClosed(engine.closedDeliberately());
      finishClosing();
    }
  }

  /** A client that sends nothing for a while has neither a platform thread nor a buffer. */
  private void read(ByteBuffer readAhead, Heartbeat beat) throws IOException {
    ClientInput input = new ClientInput(channel, clock);
    WebSocketReader.Source idle = beat.observe(input::await);
    boolean more = readAhead.hasRemaining();
    reader.prime(readAhead);
    while (more || reader.awaitBytes(idle)) {
      more = false;
      if (!PlatformThread.run(
          "iodaemon-client", () -> reader.run(beat.observe(input.whileBusy())))) {
        return;
      }
    }
  }

  /**
   * Lets the session write its pending output before it is told of the end: a client may have ended only its own
   * side, and still read. A flush may have begun before this one was asked for, and the next one may come before
   * the bulk transfers of the same round of the relay; the third one includes everything.
   */
  private void awaitFlush(FrameReceiver session) {
    Deadline deadline = Deadline.in(Limits.SESSION_END_LINGER, clock);
    try {
      for (int i = 0; i < FLUSHES; i++) {
        CountDownLatch latch = new CountDownLatch(1);
        flushed = latch;
        if (!channel.isOpen()) { // checked only now: an abort counts down the latch that it finds
          return;
        }
        session.onFlushWanted();
        if (!deadline.await(nanos -> latch.await(nanos, TimeUnit.NANOSECONDS))) {
          return; // the client takes nothing
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits, after our Close, until the client ends its side of the TCP connection (RFC 6455 §
   * 7.1.1). Closing earlier could cause a reset, which would discard what the client has not read
   * yet.
   */
  private void finishClosing() {
    MonotonicClock.Scheduled deadline = cutOff;
    if (deadline == null) {
      return; // the client disconnected without a Close
    }
    try {
      ByteBuffer discarded = ByteBuffer.allocate(8 << 10);
      while (channel.read(discarded.clear()) >= 0) {}
    } catch (IOException e) {
      LOG.trace("The closing handshake of a WebSocket failed: {}", e.toString());
    } finally {
      deadline.cancel();
    }
  }

  @Override
  public MemoryAccount account() {
    return session().memory();
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
    try {
      return KernelQueues.unread(channel);
    } catch (IOException e) {
      LOG.debug("Cannot tell at the moment how much the client has read: {}", e.toString());
      return OptionalLong.empty();
    }
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

  /** Nothing may follow our Close: data that still arrives from peers is dropped. */
  @Override
  public void send(ByteBuffer frame) throws IOException {
    if (!outputEnded) {
      writer.message(frame);
    }
  }

  @Override
  public void send(List<ByteBuffer> frames) throws IOException {
    if (!outputEnded) {
      writer.messages(frames);
    }
  }

  @Override
  public void flush() throws IOException {
    CountDownLatch awaited = flushed;
    try {
      flushNow();
    } finally {
      if (awaited != null) {
        awaited.countDown();
      }
    }
  }

  private void flushNow() throws IOException {
    if (!channel.isOpen()) {
      writer.discard();
      throw new ClosedChannelException();
    }
    if (outputEnded) {
      return;
    }
    Heartbeat beat = heartbeat;
    if (beat != null) {
      beat.writing();
    }
    boolean last = engine.isClosing(); // checked first: if true, the Close is already queued
    for (ByteBuffer next; (next = engine.nextOutgoing()) != null;) {
      writer.bytes(next);
    }
    writer.flush();
    if (beat != null) {
      beat.written();
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
    CountDownLatch awaited = flushed;
    if (awaited != null) {
      awaited.countDown();
    }
    onOutgoing(); // the flush fails, which tells the session
  }

  @Override
  public void probe() {
    engine.ping();
  }

  @Override
  public boolean isOpen() {
    return engine.isOpen();
  }

  /**
   * {@link #isOpen} alone is not enough, since an abort closes only the channel; nor is the channel, since what was
   * read already may contain a Close.
   */
  @Override
  public boolean isConnected() {
    return engine.isOpen() && channel.isOpen();
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
  public void onBinary(List<ByteBuffer> messages) {
    session().onFrames(messages);
  }

  @Override
  public void onLargeBinary(LargeFrame message) {
    session().onLargeFrame(message);
  }

  @Override
  public void onControl(int opcode, ByteBuffer payload) {
    engine.control(opcode, payload);
  }

  @Override
  public void onViolation(CloseReason reason, String sentence) {
    session().onViolation(reason, sentence);
  }

  /** Text is never accepted, and refused at the first fragment (PROTOCOL.md § 3). */
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

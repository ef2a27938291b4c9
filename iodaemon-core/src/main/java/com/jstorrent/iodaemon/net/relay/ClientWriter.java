package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes frames to a client. The relay's thread writes, in the order of the calls; other threads encode
 * frames, and count what they have posted. A connection that fails is aborted and dropped. Without a
 * connection, frames go to the {@link ReplayLog} only, or nowhere when there is none.
 */
public final class ClientWriter {
  private static final Logger LOG = LoggerFactory.getLogger(ClientWriter.class);

  /**
   * Nothing is being sent: a time that {@link MonotonicClock#nanoTime} never returns in the life of a
   * machine.
   */
  private static final long IDLE = Long.MIN_VALUE;

  /** A call that takes longer counts as waiting for the client; between shorter ones peers are read. */
  private static final long WAIT_NANOS = 1_000_000_000;

  private final Stats stats;
  private final MonotonicClock clock;
  private final int headroom;
  private final Runnable onLost;
  private final AtomicInteger postedBytes = new AtomicInteger();
  private final List<ByteBuffer> gathered = new ArrayList<>(); // relay's thread only
  private @Nullable ReplayLog gatheredLog; // of the frames that were gathered last; relay's thread only
  private volatile @Nullable FrameConnection connection; // written by the relay's thread only
  private volatile @Nullable ReplayLog replay; // set before the first frame that it keeps
  private volatile Runnable onOverrun = () -> {};
  private volatile long sendingSince = IDLE; // written by the relay's thread only
  private final AtomicLong waitedNanos = new AtomicLong(); // changed by the relay's thread only
  private volatile boolean closed;

  /**
   * @param onLost runs on the relay's thread when a connection has failed
   */
  public ClientWriter(FrameConnection connection, Stats stats, MonotonicClock clock,
      Runnable onLost) {
    this.clock = clock;
    this.connection = connection;
    this.headroom = connection.headroom();
    this.stats = stats;
    this.onLost = onLost;
  }

  /** Bytes that a frame needs in front of it. */
  public int headroom() {
    return headroom;
  }

  /**
   * From here on frames are kept in this log until they are acknowledged; with null, they are no longer
   * kept.
   *
   * @param overrun runs when control frames go far beyond the limit of the log
   */
  public void keepFrames(@Nullable ReplayLog log, Runnable overrun) {
    onOverrun = overrun;
    replay = log;
  }

  /** Whether frames that were encoded for this connection can go to another one. */
  public boolean fits(FrameConnection other) {
    return other.headroom() == headroom;
  }

  /** From here on frames go to this connection. The relay's thread only. */
  public void attach(FrameConnection next) {
    connection = next;
  }

  /** Detaches and returns the connection, or returns null when there was none. The relay's thread only. */
  @Nullable
  public FrameConnection detach() {
    FrameConnection last = connection;
    connection = null;
    return last;
  }

  public boolean isConnected() {
    return connection != null;
  }

  /** Whether peers have to wait: the client has to acknowledge first, or is not connected. */
  public boolean paused() {
    ReplayLog log = replay;
    return connection == null || log != null && log.isFull();
  }

  /** Encodes a frame that is going to be posted. Any thread; {@link #dequeued} must follow. */
  public ByteBuffer encode(DaemonFrame frame) {
    ByteBuffer encoded = FrameWriter.write(frame, headroom);
    postedBytes.addAndGet(encoded.remaining());
    return encoded;
  }

  /** A posted frame of this size is about to be written. */
  public void dequeued(int bytes) {
    postedBytes.addAndGet(-bytes);
  }

  /** Whether the client has taken enough of its control frames to be read further. */
  public boolean hasControlRoom() {
    return postedBytes.get() < Limits.CONTROL_QUEUE_BYTES;
  }

  public void write(DaemonFrame frame) {
    write(frame.opcode(), FrameWriter.write(frame, headroom));
  }

  /** Sends a whole frame, between position and limit, with {@link #headroom} in front of it. */
  public void write(Opcode opcode, ByteBuffer frame) {
    if (closed) {
      return;
    }
    stats.increment(Counter.FRAMES_TO_CLIENT);
    ReplayLog log = replay;
    if (log != null && opcode.isCounted()) {
      log.add(frame);
      if (log.isOverrun()) {
        onOverrun.run();
      }
    }
    transmit(frame);
  }

  /** Whether a frame may wait for the next one of its peer, because peers need not wait. */
  public boolean gathers() {
    return !closed && !paused();
  }

  /**
   * Takes a TCP_RECV frame, to be sent together with the next frame, or by {@link #sendGathered}. After
   * that, {@link #transferOwnership} must be called; until then the buffer must not change.
   */
  public void gather(ByteBuffer frame) {
    if (closed) {
      return;
    }
    stats.increment(Counter.FRAMES_TO_CLIENT);
    ReplayLog log = replay;
    if (log != null) {
      log.addWithBuffer(frame);
    }
    gatheredLog = log;
    gathered.add(frame);
  }

  /**
   * Hands the buffer of a frame that was sent over to the log, if the log keeps it without a copy; called once.
   *
   * @return whether the buffer no longer belongs to the caller
   */
  public boolean transferOwnership(ByteBuffer frame) {
    ReplayLog log = gatheredLog;
    return log != null && log.transferOwnership(frame);
  }

  /** Sends the frames that wait for the next one. */
  public void sendGathered() {
    FrameConnection current = connection;
    if (gathered.isEmpty() || current == null) {
      gathered.clear();
      return;
    }
    long begun = clock.nanoTime();
    try {
      sendingSince = begun;
      gathered.forEach(frame -> frame.order(ByteOrder.BIG_ENDIAN));
      if (gathered.size() == 1) {
        current.send(gathered.getFirst());
      } else {
        current.send(gathered);
      }
    } catch (IOException e) {
      lost(current, e);
    } finally {
      sent(begun);
      gathered.forEach(frame -> frame.order(FrameHeader.ORDER)); // the relay builds its next frames in them
      gathered.clear();
    }
  }

  /** Sends a frame again that was sent and kept before, with {@link #headroom} in front of it. */
  public void writeAgain(ByteBuffer frame) {
    transmit(frame);
  }

  private void transmit(ByteBuffer frame) {
    gathered.add(frame);
    sendGathered();
  }

  public void flush() {
    FrameConnection current = connection;
    if (current == null) {
      return;
    }
    long begun = clock.nanoTime();
    try {
      sendingSince = begun;
      current.flush();
    } catch (IOException e) {
      lost(current, e);
    } finally {
      sent(begun);
    }
  }

  private void sent(long begun) {
    long took = clock.nanoTime() - begun;
    if (took > WAIT_NANOS) {
      waitedNanos.lazySet(waitedNanos.get() + took);
    }
    sendingSince = IDLE;
  }

  /** How long, in nanoseconds, all calls have taken that had to wait for the client. Any thread. */
  long waitedNanos() {
    return waitedNanos.get();
  }

  /** The thread that reads this connection notices the abort, and reports the end. */
  private void lost(FrameConnection failed, IOException cause) {
    LOG.debug("A client's connection has failed: {}", cause.getMessage());
    connection = null;
    failed.abort();
    onLost.run();
  }

  /**
   * How long what is being sent has been waiting for the client; zero when nothing is being sent. Any
   * thread.
   */
  public Duration blocked() {
    long since = sendingSince;
    return since == IDLE ? Duration.ZERO : Duration.ofNanos(clock.nanoTime() - since);
  }

  /** Bytes that wait to be sent, and those that are kept until they are acknowledged. Any thread. */
  public long queuedBytes() {
    ReplayLog log = replay;
    return postedBytes.get() + (log == null ? 0 : log.bytes());
  }

  /** See {@link FrameConnection#probe}. Any thread. */
  public void probe() {
    FrameConnection current = connection;
    if (current != null) {
      current.probe();
    }
  }

  /** Closes the connection in an orderly way, if there is one. */
  public void end(CloseReason reason) {
    FrameConnection current = connection;
    if (current != null) {
      current.close(reason);
    }
  }

  /** Ends the connection at once, if it is still this one; with null, whichever it is. Any thread. */
  public void abort(@Nullable FrameConnection meant) {
    FrameConnection current = connection;
    if (current != null && (meant == null || meant == current)) {
      current.abort();
    }
  }

  /** Nothing is sent from here on. The relay's thread, or the one that ends it. */
  public void close() {
    closed = true;
    connection = null;
    gathered.clear();
  }

  public boolean isClosed() {
    return closed;
  }
}

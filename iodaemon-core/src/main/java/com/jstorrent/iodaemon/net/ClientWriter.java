package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The way to a client: the relay's thread writes, in the order in which it is asked to; other
 * threads encode, and count what they have posted. With frames kept (docs/PROTOCOL.md § 9.3) it goes
 * from one connection to the next.
 */
final class ClientWriter {
  /** What {@link MonotonicClock#nanoTime} never says in the life of a machine, for nothing is being sent. */
  private static final long IDLE = Long.MIN_VALUE;

  private final Stats stats;
  private final MonotonicClock clock;
  private final int headroom;
  private final AtomicInteger postedBytes = new AtomicInteger();
  private volatile FrameConnection connection;
  private volatile @Nullable ReplayLog replay; // set before the first frame that it keeps
  private volatile Runnable onOverrun = () -> {};
  private volatile long sendingSince = IDLE; // written by the relay's thread only
  private volatile boolean over; // from here on nothing is sent
  private @Nullable IOException broken; // relay's thread only; what is sent is kept, if anything
  private Runnable onBroken = () -> {};

  ClientWriter(FrameConnection connection, Stats stats, MonotonicClock clock) {
    this.clock = clock;
    this.connection = connection;
    this.headroom = connection.headroom();
    this.stats = stats;
  }

  /** Bytes that a frame needs in front of it. */
  int headroom() {
    return headroom;
  }

  /**
   * From here on frames are kept until they are acknowledged, or, with null, not any more.
   *
   * @param overrun is told when control frames go far beyond the limit of the log
   */
  void keepFrames(@Nullable ReplayLog log, Runnable overrun) {
    onOverrun = overrun;
    replay = log;
  }

  /** Whether another connection may take this one's place. */
  boolean fits(FrameConnection other) {
    return other.headroom() == headroom;
  }

  /**
   * From here on frames go to this connection. The relay's thread only.
   *
   * @param whenBroken is told, once, when it has broken but frames are kept
   */
  void begin(FrameConnection served, Runnable whenBroken) {
    connection = served;
    broken = null;
    onBroken = whenBroken;
  }

  /** Why the connection ended although nobody was told by an exception, or null. */
  @Nullable
  IOException broken() {
    return broken;
  }

  /** Whether peers have to wait: the client has to acknowledge first, or there is none. */
  boolean paused() {
    ReplayLog log = replay;
    return log != null && (log.isFull() || broken != null);
  }

  /** Encodes a frame that is going to be posted. Any thread; {@link #taken} has to follow. */
  ByteBuffer encode(DaemonFrame frame) {
    ByteBuffer encoded = FrameWriter.write(frame, headroom);
    postedBytes.addAndGet(encoded.remaining());
    return encoded;
  }

  /** A posted frame of this size is about to be written. */
  void taken(int bytes) {
    postedBytes.addAndGet(-bytes);
  }

  /** Whether the client has taken enough of its control frames to be read further. */
  boolean hasControlRoom() {
    return postedBytes.get() < Limits.CONTROL_QUEUE_BYTES;
  }

  void write(DaemonFrame frame) throws IOException {
    write(frame.opcode(), FrameWriter.write(frame, headroom));
  }

  /** Sends a whole frame, between position and limit, with {@link #headroom} in front of it. */
  void write(Opcode opcode, ByteBuffer frame) throws IOException {
    if (over) {
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

  /** Sends a frame again that was sent and kept before. */
  void writeAgain(ByteBuffer frame) throws IOException {
    ByteBuffer copy = ByteBuffer.allocate(headroom + frame.remaining()).order(FrameHeader.ORDER);
    transmit(copy.position(headroom).put(frame.duplicate()).flip().position(headroom));
  }

  /** With frames kept, a broken connection is no reason to stop in the middle of a task. */
  private void transmit(ByteBuffer frame) throws IOException {
    if (broken != null) {
      return;
    }
    try {
      sendingSince = clock.nanoTime();
      connection.send(frame.order(ByteOrder.BIG_ENDIAN));
    } catch (IOException e) {
      if (replay == null) {
        throw e;
      }
      broken = e;
      onBroken.run();
    } finally {
      sendingSince = IDLE;
      frame.order(FrameHeader.ORDER); // whose it is builds its next frame in it
    }
  }

  void flush() throws IOException {
    if (broken != null) {
      return;
    }
    try {
      sendingSince = clock.nanoTime();
      connection.flush();
    } finally {
      sendingSince = IDLE;
    }
  }

  /** How long what is being sent waits for the client; zero when nothing is. Any thread. */
  Duration blocked() {
    long since = sendingSince;
    return since == IDLE ? Duration.ZERO : Duration.ofNanos(clock.nanoTime() - since);
  }

  /** Bytes that wait to be sent, and those that are kept until they are acknowledged. Any thread. */
  long queuedBytes() {
    ReplayLog log = replay;
    return postedBytes.get() + (log == null ? 0 : log.bytes());
  }

  /** See {@link FrameConnection#probe}. Any thread. */
  void probe() {
    connection.probe();
  }

  /** Nothing is sent from here on. */
  void close() {
    over = true;
  }

  boolean isOver() {
    return over;
  }
}

package com.jstorrent.iodaemon.testkit.transport;

import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A session that records what a transport delivers, for tests of a transport that go beyond the suite.
 * Thread-safe; a test takes the events on one thread.
 */
public final class RecordingReceiver implements FrameReceiver {
  private static final long MEMORY_BYTES = 256 << 20;
  private static final int MIN_FIRST_PART = 64 << 10;

  /** What a transport delivered. */
  public sealed interface Event {

    /** A copy of a frame, or of its first byte if the receiver leaves frames unread. */
    record Frame(ByteBuffer bytes) implements Event {}

    /** The client broke a rule. */
    record Violation(CloseReason reason) implements Event {}

    /** The end of the connection. */
    record Closed(boolean finished) implements Event {}
  }

  private final FrameConnection connection;
  private final MemoryAccount memory =
      new MemoryBudget(MEMORY_BYTES, MEMORY_BYTES, new Stats(), new ManualClock())
          .open(Share.RESERVED);
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final AtomicInteger callers = new AtomicInteger();
  private volatile int limit;
  private volatile Runnable onFlush = () -> {};
  private volatile Duration patience = Duration.ofMinutes(1);
  private volatile boolean leavingUnread;
  private volatile @Nullable CountDownLatch gate;
  private volatile @Nullable AssertionError broken;

  /**
   * @param connection the daemon's end
   * @param limit what {@link #frameLimit} returns at first
   */
  public RecordingReceiver(FrameConnection connection, int limit) {
    this.connection = connection;
    this.limit = limit;
  }

  /** The daemon's end of the connection. */
  public FrameConnection connection() {
    return connection;
  }

  /** Sets what runs when the transport asks for a flush; it must not block. By default nothing runs. */
  void onFlush(Runnable action) {
    onFlush = action;
  }

  /** Ends the wait in {@link #next} with this failure. */
  void fail(AssertionError failure) {
    broken = failure;
    events.add(new Event.Closed(false)); // only wakes the test
  }

  /** How long {@link #next} waits. */
  void patience(Duration time) {
    patience = time;
  }

  /** Changes what {@link #frameLimit} returns. */
  void limit(int bytes) {
    limit = bytes;
  }

  /** From here on only the first byte of each frame is read. */
  void leaveUnread() {
    leavingUnread = true;
  }

  /** From here on delivering a frame blocks, until the latch that is returned is counted down. */
  CountDownLatch holdUp() {
    CountDownLatch latch = new CountDownLatch(1);
    gate = latch;
    return latch;
  }

  @Override
  public int frameLimit() {
    return limit;
  }

  @Override
  public MemoryAccount memory() {
    return memory;
  }

  @Override
  public void onFrame(ByteBuffer frame) {
    record(() -> new Event.Frame(copy(frame, leavingUnread ? 1 : frame.remaining())));
  }

  @Override
  public void onLargeFrame(LargeFrame frame) {
    record(() -> new Event.Frame(leavingUnread ? copy(first(frame), 1) : whole(frame)));
  }

  private static ByteBuffer copy(ByteBuffer frame, int bytes) {
    byte[] copy = new byte[bytes];
    frame.get(copy);
    return ByteBuffer.wrap(copy);
  }

  private ByteBuffer first(LargeFrame frame) {
    ByteBuffer part = frame.next();
    if (part == null || part.remaining() < MIN_FIRST_PART) {
      throw Rule.LARGE_FRAME_HAS_PARTS.broken(
          "the first has " + (part == null ? 0 : part.remaining()) + " bytes.");
    }
    return part;
  }

  private ByteBuffer whole(LargeFrame frame) {
    ByteBuffer whole = ByteBuffer.allocate(frame.remaining());
    for (ByteBuffer part = first(frame); part != null; part = frame.next()) {
      if (!part.hasRemaining() || part.remaining() > whole.remaining()) {
        throw Rule.LARGE_FRAME_HAS_PARTS.broken(
            "one has " + part.remaining() + " of the last " + whole.remaining() + " bytes.");
      }
      whole.put(part);
    }
    if (whole.hasRemaining()) {
      throw Rule.LARGE_FRAME_HAS_PARTS.broken("the last " + whole.remaining() + " are missing.");
    }
    return whole.flip();
  }

  @Override
  public void onViolation(CloseReason reason, String sentence) {
    record(() -> new Event.Violation(reason));
  }

  @Override
  public void onFlushWanted() {
    onFlush.run();
  }

  @Override
  public void onClosed(boolean finished) {
    record(() -> new Event.Closed(finished));
  }

  /** Makes an event of a call. */
  private interface Observed {
    Event event();
  }

  private void record(Observed observed) {
    if (callers.incrementAndGet() > 1) {
      broken = Rule.ONE_THREAD_DELIVERS.broken("two threads did so at the same time.");
    }
    try {
      Event event = observed.event();
      CountDownLatch held = gate;
      if (held != null && event instanceof Event.Frame) {
        held.await();
      }
      events.add(event);
    } catch (AssertionError e) {
      fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      callers.decrementAndGet();
    }
  }

  /**
   * The next event.
   *
   * @throws AssertionError when none comes within a minute, or one came in a way that the contract forbids
   */
  public Event next() throws InterruptedException {
    return next(Rule.FRAMES_ARE_DELIVERED);
  }

  Event next(Rule rule) throws InterruptedException {
    Event event = events.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    failIfBroken();
    if (event == null) {
      throw rule.broken("the transport has delivered nothing for " + patience + ".");
    }
    return event;
  }

  private void failIfBroken() {
    AssertionError seen = broken;
    if (seen != null) {
      throw seen;
    }
  }

  /**
   * @throws AssertionError when there are events that the test has not taken
   */
  public void assertExhausted() {
    assertExhausted(Rule.FRAMES_ARE_DELIVERED);
  }

  void assertExhausted(Rule rule) {
    failIfBroken();
    if (!events.isEmpty()) {
      throw rule.broken("there are more events: " + events + ".");
    }
  }
}

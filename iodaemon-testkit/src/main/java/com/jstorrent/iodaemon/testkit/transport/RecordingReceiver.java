package com.jstorrent.iodaemon.testkit;

import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.LargeFrame;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A fake session that records what a transport delivers. */
public final class RecordingReceiver implements FrameReceiver {
  private static final long PATIENCE_SECONDS = 60;

  /** What a transport delivered. */
  public sealed interface Event {
    /** A copy of a frame. */
    record Frame(ByteBuffer bytes) implements Event {}

    record Violation(CloseReason reason) implements Event {}

    record Closed() implements Event {}
  }

  /** The daemon's end of the connection. */
  public final FrameConnection connection;

  private static final long MEMORY = 256 << 20;

  private final MemoryAccount memory =
      new MemoryBudget(MEMORY, MEMORY, new Stats(), new ManualClock())
          .open(Share.RESERVED, () -> false);
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final AtomicInteger callers = new AtomicInteger();
  private final int limit;
  private volatile boolean overlapped;

  public RecordingReceiver(FrameConnection connection, int limit) {
    this.connection = connection;
    this.limit = limit;
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
    record(new Event.Frame(ByteBuffer.allocate(frame.remaining()).put(frame).flip()));
  }

  @Override
  public void onLargeFrame(LargeFrame frame) {
    ByteBuffer whole = ByteBuffer.allocate(frame.remaining());
    for (ByteBuffer part; (part = frame.next()) != null;) {
      whole.put(part);
    }
    record(new Event.Frame(whole.flip()));
  }

  @Override
  public void onViolation(CloseReason reason, String sentence) {
    record(new Event.Violation(reason));
  }

  @Override
  public void onFlushWanted() {}

  @Override
  public void onClosed(boolean finished) {
    record(new Event.Closed());
  }

  private void record(Event event) {
    overlapped |= callers.incrementAndGet() > 1;
    events.add(event);
    callers.decrementAndGet();
  }

  /** The next event; fails when none comes. */
  public Event next() throws InterruptedException {
    Event event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("The transport delivers nothing.");
    }
    if (overlapped) {
      throw new AssertionError("Two threads delivered at the same time.");
    }
    return event;
  }

  /** Fails when there are events that the test has not taken. */
  public void assertExhausted() {
    if (!events.isEmpty()) {
      throw new AssertionError("Left over: " + events);
    }
  }
}

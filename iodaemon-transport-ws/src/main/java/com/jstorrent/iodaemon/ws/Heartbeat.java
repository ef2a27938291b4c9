package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Detects dead connections (PROTOCOL.md § 4.12). It sends a ping at each interval; when a number of
 * pongs ({@link Limits#MISSED_PONGS}) have been missed in a row, the connection is dead. Any bytes
 * from the client count as a pong.
 *
 * <p>A pong counts as missed only if the daemon could have received it: since the ping was written,
 * the daemon was awake (the interval is counted by the clock) and the reading thread was waiting
 * for bytes of this client. Nor does it count as missed while the client is still reading what was
 * written before the ping, if the system tells how much that is.
 */
final class Heartbeat {
  /** The connection to the client. */
  interface Link {
    /**
     * Queues a ping. The connection calls {@link Heartbeat#writing} before it writes the ping, and
     * {@link Heartbeat#written} after that.
     */
    void ping();

    /** The number of bytes written so far. */
    long bytesWritten();

    /** How many of those the client has not read, if the system tells. May block for a while. */
    OptionalLong bytesUnread();

    /** The client has not answered: ends the connection. */
    void dead();
  }

  private static final long UNKNOWN = -1;

  private final Link link;
  private final MonotonicClock.Scheduled ticks;
  private final AtomicLong reads = new AtomicLong(); // begun plus ended; odd while a read waits for bytes
  private boolean pingQueued; // guarded by this, like all fields below
  private boolean counting;
  private int unanswered;
  private long readsBeforeWrite;
  private long readsAtPing;
  private long endOfPing; // as an offset in the bytes written
  private long bytesRead = UNKNOWN; // by the client, at the end of the last interval

  Heartbeat(Duration interval, MonotonicClock clock, Link link) {
    this.link = link;
    this.ticks = clock.scheduleWithFixedDelay(interval, this::tick);
  }

  /** Called at each interval. */
  private void tick() {
    boolean alive;
    synchronized (this) {
      if (pingQueued || counting) {
        return;
      }
      alive = unanswered == 0 || hasHeard();
      if (alive) {
        unanswered = 0;
      }
      pingQueued = alive;
      counting = !alive;
    }
    if (alive) {
      link.ping();
    } else {
      Thread.ofVirtual().name("iodaemon-ping").start(this::countMissed);
    }
  }

  /** Whether bytes have arrived since the ping, or the reading thread was busy when it was sent. */
  private boolean hasHeard() {
    return reads.get() != readsAtPing || readsAtPing % 2 == 0;
  }

  /** Counts a missed pong, unless the client is still reading what precedes the ping. */
  private void countMissed() {
    long written = link.bytesWritten();
    OptionalLong unread = link.bytesUnread();
    boolean over;
    synchronized (this) {
      if (isStillReading(unread.isPresent() ? written - unread.getAsLong() : UNKNOWN)
          || hasHeard()) {
        unanswered = 0;
      }
      over = unanswered >= Limits.MISSED_PONGS;
      pingQueued = !over;
      counting = false;
    }
    if (over) {
      link.dead();
    } else {
      link.ping();
    }
  }

  /**
   * Whether the client has read something in this interval, but not everything that precedes the
   * ping.
   */
  private boolean isStillReading(long readNow) {
    boolean reads = bytesRead != UNKNOWN && readNow > bytesRead && readNow < endOfPing;
    bytesRead = readNow;
    return reads;
  }

  /**
   * All queued output is about to be written. The state of reading is noted now, because the pong
   * may arrive before the write returns.
   */
  synchronized void writing() {
    readsBeforeWrite = reads.get();
  }

  /** All queued output, including a ping if there was one, has been written. */
  synchronized void written() {
    if (pingQueued) {
      pingQueued = false;
      unanswered++;
      readsAtPing = readsBeforeWrite;
      endOfPing = link.bytesWritten();
    }
  }

  /** Observes the reads of a client. One thread reads at a time. */
  WebSocketReader.Source observe(WebSocketReader.Source client) {
    return into -> {
      long waiting = reads.get() | 1;
      reads.lazySet(waiting);
      int count = client.read(into);
      if (count != 0) { // after a pause the same wait goes on
        reads.lazySet(waiting + 1);
      }
      return count;
    };
  }

  void stop() {
    ticks.cancel();
  }
}

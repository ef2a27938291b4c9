package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds out whether a client is still there (PROTOCOL.md § 4.12): a ping at each interval, and when two
 * have been answered by nothing the connection is dead. A pong counts as missed only when the client
 * could have been heard: for the whole interval the ping had left, the daemon was awake and waited for
 * bytes of this client, and the client was not busy with what had been written before the ping.
 */
final class Heartbeat {
  /** The connection to a client. */
  interface Link {
    /** Queues a ping; {@link Heartbeat#writing} and {@link Heartbeat#written} tell when it leaves. */
    void ping();

    /** All bytes that have left. */
    long bytesWritten();

    /** Those of them that the client has not read, if the system tells. May take a while. */
    OptionalLong bytesUnread();

    /** It has not answered. */
    void dead();
  }

  private static final long UNKNOWN = -1;

  private final Link link;
  private final MonotonicClock.Scheduled ticks;
  private final AtomicLong reads = new AtomicLong(); // odd while the client's bytes are waited for
  private boolean waitingToLeave; // guarded by this, as all that follows
  private boolean counting;
  private int unanswered;
  private long readsBeforeWrite;
  private long readsAtPing;
  private long endOfPing; // among the bytes that have left
  private long bytesRead = UNKNOWN; // by the client, at the end of the last interval

  Heartbeat(Duration interval, MonotonicClock clock, Link link) {
    this.link = link;
    this.ticks = clock.scheduleWithFixedDelay(interval, this::tick);
  }

  /** The interval is over. */
  private void tick() {
    boolean alive;
    synchronized (this) {
      if (waitingToLeave || counting) {
        return;
      }
      alive = unanswered == 0 || heard();
      if (alive) {
        unanswered = 0;
      }
      waitingToLeave = alive;
      counting = !alive;
    }
    if (alive) {
      link.ping();
    } else {
      Thread.ofVirtual().name("iodaemon-ping").start(this::countMissed);
    }
  }

  /** Since the ping has left, something has come, or no thread was there to hear it. */
  private boolean heard() {
    return reads.get() != readsAtPing || readsAtPing % 2 == 0;
  }

  /** Nothing has come; perhaps the client has not got to the ping yet. */
  private void countMissed() {
    long written = link.bytesWritten();
    OptionalLong unread = link.bytesUnread();
    boolean over;
    synchronized (this) {
      if (isOnItsWayToPing(unread.isPresent() ? written - unread.getAsLong() : UNKNOWN)
          || heard()) {
        unanswered = 0;
      }
      over = unanswered >= Limits.MISSED_PONGS;
      waitingToLeave = !over;
      counting = false;
    }
    if (over) {
      link.dead();
    } else {
      link.ping();
    }
  }

  /** Whether it has read something in this interval, but not all that stands in front of the ping. */
  private boolean isOnItsWayToPing(long readNow) {
    boolean reads = bytesRead != UNKNOWN && readNow > bytesRead && readNow < endOfPing;
    bytesRead = readNow;
    return reads;
  }

  /** Everything that is outgoing is about to be written: a pong may come before the write returns. */
  synchronized void writing() {
    readsBeforeWrite = reads.get();
  }

  /** Everything that was outgoing has been written. */
  synchronized void written() {
    if (waitingToLeave) {
      waitingToLeave = false;
      unanswered++;
      readsAtPing = readsBeforeWrite;
      endOfPing = link.bytesWritten();
    }
  }

  /** The same bytes; while a thread waits for them, the client can be heard. One thread reads. */
  ReadableByteChannel listen(ReadableByteChannel client) {
    return new Heard(client);
  }

  void stop() {
    ticks.cancel();
  }

  private final class Heard implements ReadableByteChannel {
    private final ReadableByteChannel client;

    private Heard(ReadableByteChannel client) {
      this.client = client;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      reads.lazySet(reads.get() + 1);
      try {
        return client.read(into);
      } finally {
        reads.lazySet(reads.get() + 1);
      }
    }

    @Override
    public boolean isOpen() {
      return client.isOpen();
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }
}

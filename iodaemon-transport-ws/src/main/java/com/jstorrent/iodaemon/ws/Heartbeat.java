package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a client is still there (PROTOCOL.md § 4.12): a ping at each interval, and when two
 * have been answered by nothing the connection is dead. A pong counts as missed only when the client
 * could have been heard: for the whole interval the ping had left, the daemon was awake and waited for
 * bytes of this client, and the client was not busy with what had been written before the ping.
 */
final class Heartbeat {
  /** The connection whose pulse is felt. */
  interface Patient {
    /** Queues a ping; {@link Heartbeat#written} tells when it has left. */
    void ping();

    /** Bytes that have left and that the client has not read, if the system tells. May take a while. */
    OptionalLong unread();

    /** It has not answered. */
    void dead();
  }

  private final Patient patient;
  private final MonotonicClock.Scheduled ticks;
  private final AtomicLong reads = new AtomicLong(); // odd while the client's bytes are waited for
  private boolean waitingToLeave; // guarded by this
  private int unanswered; // guarded by this
  private long readsAtPing; // guarded by this
  private OptionalLong unread = OptionalLong.empty(); // guarded by this; at the last interval

  Heartbeat(Duration interval, MonotonicClock clock, Patient patient) {
    this.patient = patient;
    this.ticks = clock.scheduleWithFixedDelay(interval, this::tick);
  }

  /** The interval is over. */
  private void tick() {
    boolean alive;
    synchronized (this) {
      if (waitingToLeave) {
        return;
      }
      alive = unanswered == 0 || heard();
      if (alive) {
        unanswered = 0;
        waitingToLeave = true;
      }
    }
    if (alive) {
      patient.ping();
    } else {
      Thread.ofVirtual().name("iodaemon-pulse").start(this::examine);
    }
  }

  /** Since the ping has left, something has come, or nobody was there to hear it. */
  private boolean heard() {
    return reads.get() != readsAtPing || readsAtPing % 2 == 0;
  }

  /** Nothing has come; perhaps the client has not got to the ping yet. */
  private void examine() {
    OptionalLong now = patient.unread();
    boolean over;
    synchronized (this) {
      boolean reading = unread.isPresent() && !now.equals(unread);
      unread = now;
      if (reading || heard()) {
        unanswered = 0;
      }
      over = unanswered >= Limits.MISSED_PONGS;
      waitingToLeave = !over;
    }
    if (over) {
      patient.dead();
    } else {
      patient.ping();
    }
  }

  /** Everything that was outgoing has been written. */
  synchronized void written() {
    if (waitingToLeave) {
      waitingToLeave = false;
      unanswered++;
      readsAtPing = reads.get();
    }
  }

  /** The same bytes; while somebody waits for them, the client can be heard. One thread reads. */
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

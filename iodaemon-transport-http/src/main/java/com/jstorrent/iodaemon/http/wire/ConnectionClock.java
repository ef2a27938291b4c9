package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.time.MonotonicClock;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a read or a write that takes too long. A blocking call by itself costs one system call, one
 * with a time limit of the socket seven; so calls block without a limit, and {@link ConnectionClocks}
 * looks at all clocks now and then. Started and stopped by the thread that serves the connection.
 */
final class ConnectionClock {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionClock.class);

  /** What wakes a thread that waits for the client. */
  enum End {
    /** A read ends; the client can still be answered. */
    OF_INPUT,
    /** A write ends, and everything with it. */
    OF_CONNECTION
  }

  /** On Windows an end of the input wakes nobody who reads from a channel. */
  static final boolean ENDS_READS =
      !System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

  private static final long OFF = 0;
  private static final long EXPIRED = -1;

  private final SocketChannel channel;
  private final MonotonicClock time;
  private final long born;
  private final AtomicLong due = new AtomicLong(OFF); // since birth, so never one of the two above
  private volatile End end = End.OF_INPUT;
  private volatile long allowed; // nanoseconds of the call
  private long unread; // at the last sample; by the thread that samples, as what follows
  private long sampled = OFF; // when the call was due whose sample that is

  ConnectionClock(SocketChannel channel, MonotonicClock time) {
    this.channel = channel;
    this.time = time;
    this.born = time.nanoTime();
  }

  /** A call begins that may take so long, which is more than 0. */
  void start(long nanos, End consequence) {
    end = consequence;
    allowed = nanos;
    due.set(time.nanoTime() - born + nanos);
  }

  /**
   * The call has ended.
   *
   * @return false when it was ended by this clock
   */
  boolean stop() {
    return due.getAndSet(OFF) != EXPIRED;
  }

  /** A read that waits for the client. */
  @FunctionalInterface
  interface Read {
    int run() throws IOException;
  }

  /**
   * Reads, for so long at most; then the input has ended.
   *
   * @throws SocketTimeoutException when the time was over, whatever has come: nothing can follow it
   */
  int read(long nanos, Read read) throws IOException {
    start(nanos, End.OF_INPUT);
    boolean inTime = true;
    int count;
    try {
      count = read.run();
    } finally {
      inTime = stop();
    }
    if (!inTime) {
      throw late();
    }
    return count;
  }

  long nanoTime() {
    return time.nanoTime();
  }

  static SocketTimeoutException late() {
    return new SocketTimeoutException("The request took too long.");
  }

  SocketChannel channel() {
    return channel;
  }

  /** Whether a write has been under way for so long. */
  boolean writesSince(long nanos) {
    long then = due.get();
    return end == End.OF_CONNECTION
        && then != OFF
        && then != EXPIRED
        && time.nanoTime() - born - (then - allowed) >= nanos;
  }

  /**
   * Of what was written the client has not read so much. When that is another number than before, it
   * takes bytes, and the write has all its time again. So it has after the first sample: what came
   * before that is not known.
   */
  void sample(long nowUnread) {
    long then = due.get();
    if (end != End.OF_CONNECTION || then == OFF || then == EXPIRED) {
      return;
    }
    if (then != sampled || nowUnread != unread) {
      sampled = time.nanoTime() - born + allowed;
      due.compareAndSet(then, sampled);
    }
    unread = nowUnread;
  }

  /** By the thread that looks at all clocks. */
  void look() {
    long now = time.nanoTime() - born;
    long then = due.get();
    End consequence = end; // of this call: with another one the time has changed too
    if (then == OFF || then == EXPIRED || now < then || !due.compareAndSet(then, EXPIRED)) {
      return;
    }
    try {
      switch (consequence) {
        case OF_INPUT -> channel.shutdownInput();
        case OF_CONNECTION -> {
          LOG.debug("A client takes nothing of its answer; its connection ends.");
          channel.close();
        }
      }
    } catch (IOException e) {
      LOG.trace("A connection has ended before it was found to stall: {}", e.toString());
    } catch (RuntimeException e) {
      LOG.error("A connection that stalls cannot be ended because of a defect.", e);
    }
  }
}

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
 * Ends a read or a write that takes too long. A plain blocking call costs one system call, one with a
 * socket timeout seven; so calls block without a timeout, and {@link ConnectionClocks} checks all
 * clocks at intervals. Started and stopped by the thread that serves the connection.
 */
final class ConnectionClock {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionClock.class);

  /** What is closed to wake a thread that waits for the client. */
  enum End {
    /** The input: a read ends, and the client can still be answered. */
    OF_INPUT,
    /** The connection: a write ends, and nothing more can be sent. */
    OF_CONNECTION
  }

  /** Whether shutting the input down ends a read from the channel; on Windows it does not. */
  static final boolean ENDS_READS =
      !System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

  private static final long OFF = 0;
  private static final long EXPIRED = -1;

  private final SocketChannel channel;
  private final MonotonicClock time;
  private final long created;
  private final AtomicLong due = new AtomicLong(OFF); // nanoseconds after creation, or OFF or EXPIRED
  private volatile End end = End.OF_INPUT;
  private volatile long allowed; // nanoseconds that the current call may take
  private long unread; // at the last sample; like the next field, used by the sampling thread only
  private long sampled = OFF; // the due time of the call that was sampled

  ConnectionClock(SocketChannel channel, MonotonicClock time) {
    this.channel = channel;
    this.time = time;
    this.created = time.nanoTime();
  }

  /** A call begins that may take this many nanoseconds, more than 0. */
  void start(long nanos, End consequence) {
    end = consequence;
    allowed = nanos;
    due.set(time.nanoTime() - created + nanos);
  }

  /**
   * The call has ended.
   *
   * @return false when this clock has ended it
   */
  boolean stop() {
    return due.getAndSet(OFF) != EXPIRED;
  }

  /** A blocking read from the client. */
  @FunctionalInterface
  interface Read {
    int run() throws IOException;
  }

  /**
   * Reads; shuts the input down when that takes longer than allowed.
   *
   * @throws SocketTimeoutException when it took too long, even if bytes have arrived: no more can follow
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
      throw timeout();
    }
    return count;
  }

  long nanoTime() {
    return time.nanoTime();
  }

  static SocketTimeoutException timeout() {
    return new SocketTimeoutException("The request took too long.");
  }

  SocketChannel channel() {
    return channel;
  }

  /** Whether a write has been under way for at least this long. */
  boolean writesSince(long nanos) {
    long then = due.get();
    return end == End.OF_CONNECTION
        && then != OFF
        && then != EXPIRED
        && time.nanoTime() - created - (then - allowed) >= nanos;
  }

  /**
   * Records how many written bytes the client has not read yet. A number other than the last one is
   * progress, so the write gets its full time again. It gets it after its first sample as well, since
   * there is nothing to compare that one with.
   *
   * @param nowUnread in bytes
   */
  void sample(long nowUnread) {
    long then = due.get();
    if (end != End.OF_CONNECTION || then == OFF || then == EXPIRED) {
      return;
    }
    if (then != sampled || nowUnread != unread) {
      sampled = time.nanoTime() - created + allowed;
      due.compareAndSet(then, sampled);
    }
    unread = nowUnread;
  }

  /** Ends a call that is overdue. Used by the thread that checks all clocks. */
  void check() {
    long now = time.nanoTime() - created;
    long then = due.get();
    End consequence = end; // belongs to the call due then: if a later call has set it, compareAndSet fails
    if (then == OFF || then == EXPIRED || now < then || !due.compareAndSet(then, EXPIRED)) {
      return;
    }
    try {
      switch (consequence) {
        case OF_INPUT -> channel.shutdownInput();
        case OF_CONNECTION -> {
          LOG.debug("A client has stopped reading its answer; its connection is closed.");
          channel.close();
        }
      }
    } catch (IOException e) {
      LOG.trace("A stalled connection had ended already: {}", e.toString());
    } catch (RuntimeException e) {
      LOG.error("A stalled connection cannot be closed because of a defect.", e);
    }
  }
}

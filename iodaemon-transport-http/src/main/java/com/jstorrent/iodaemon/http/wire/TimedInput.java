package com.jstorrent.iodaemon.http.wire;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Reads from the client with time limits: one deadline for a whole head, and one limit for each read of
 * a body. Also limits the length of a head. Not thread-safe.
 */
final class TimedInput extends FilterInputStream {
  private final Socket socket;
  private final ConnectionClock clock;
  private final long stallNanos;
  private Mode mode = Mode.EACH_READ;
  private long deadline; // by the clock; not used by EACH_READ and PROBE
  private int probeMillis;
  private long left = Long.MAX_VALUE; // bytes that may still be read
  private boolean ended;

  /** What a time limit applies to, and what happens when it has passed. */
  private enum Mode {
    /** All reads must end by the deadline; otherwise the input ends. */
    DEADLINE,
    /** Each read must bring bytes within the stall; otherwise the input ends. */
    EACH_READ,
    /** All reads must end by the deadline; later reads may still bring more. */
    POLL,
    /** Each read has a few milliseconds by the clock of the system; later reads may bring more. */
    PROBE
  }

  TimedInput(InputStream in, Socket socket, ConnectionClock clock, Duration stall) {
    super(in);
    this.socket = socket;
    this.clock = clock;
    this.stallNanos = stall.toNanos();
  }

  /** From now on all reads together have this time; when it has passed, the input ends. */
  void within(Duration time) {
    mode = Mode.DEADLINE;
    deadline = clock.nanoTime() + time.toNanos();
  }

  /** From now on each read may take as long as the stall. */
  void perRead() {
    mode = Mode.EACH_READ;
  }

  /** From now on all reads together have this time; what arrives later can still be read. */
  void poll(Duration time) {
    mode = Mode.POLL;
    deadline = clock.nanoTime() + time.toNanos();
  }

  /** From now on each read waits for this time at most, a few milliseconds. */
  void probe(Duration moment) {
    mode = Mode.PROBE;
    probeMillis = (int) moment.toMillis();
  }

  /** From now on this many bytes may be read; further reads throw {@link HeadTooLargeException}. */
  void atMost(long bytes) {
    left = bytes;
  }

  /** Whether the client has ended its side. */
  boolean hasEnded() {
    return ended;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (left <= 0) {
      throw new HeadTooLargeException();
    }
    int most = (int) Math.min(length, left);
    int count = mode == Mode.PROBE
        ? readWithin(probeMillis, into, offset, most)
        : readInTime(into, offset, most);
    if (count > 0 && left != Long.MAX_VALUE) {
      left -= count;
    }
    ended |= count < 0;
    return count;
  }

  private int readInTime(byte[] into, int offset, int length) throws IOException {
    long due = mode == Mode.EACH_READ ? clock.nanoTime() + stallNanos : deadline;
    long nanos = due - clock.nanoTime();
    if (nanos <= 0) {
      throw ConnectionClock.timeout();
    }
    if (mode != Mode.POLL && ConnectionClock.ENDS_READS) {
      socket.setSoTimeout(0); // sets a field of the JDK; no system call
      return clock.read(nanos, () -> in.read(into, offset, length));
    }
    return pollUntil(due, into, offset, length);
  }

  /** The JDK measures by the clock of the system; a timeout counts only when our clock agrees. */
  private int pollUntil(long due, byte[] into, int offset, int length) throws IOException {
    while (true) {
      long millis = TimeUnit.NANOSECONDS.toMillis(due - clock.nanoTime());
      try {
        return readWithin((int) Math.max(1, millis), into, offset, length);
      } catch (SocketTimeoutException e) {
        if (due - clock.nanoTime() <= 0) {
          throw e;
        }
      }
    }
  }

  private int readWithin(int millis, byte[] into, int offset, int length) throws IOException {
    socket.setSoTimeout(millis);
    return in.read(into, offset, length);
  }

  @Override
  public int read() throws IOException {
    return SingleByte.from(this);
  }
}

package com.jstorrent.iodaemon.http.wire;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The client's bytes under a clock. A head has one deadline however slowly it trickles in, a body
 * may stall only so long. Not thread-safe.
 */
final class TimedInput extends FilterInputStream {
  private final Socket socket;
  private final ConnectionClock clock;
  private final long stallNanos;
  private Mode mode = Mode.EACH_READ;
  private long deadline; // by the clock, but for EACH_READ
  private int probeMillis;
  private long left = Long.MAX_VALUE; // of the head
  private boolean ended;

  /** What a time limit is for, and what comes of it. */
  private enum Mode {
    /** Everything has to come by the deadline, or the input ends. */
    DEADLINE,
    /** Something has to come within each stall, or the input ends. */
    EACH_READ,
    /** A look by a deadline: if it passes, the next one may find more. */
    LOOK,
    /** One short look, by the time of the system. */
    PROBE
  }

  TimedInput(InputStream in, Socket socket, ConnectionClock clock, Duration stall) {
    super(in);
    this.socket = socket;
    this.clock = clock;
    this.stallNanos = stall.toNanos();
  }

  /** From now on everything must have come within this time; if not, nothing can come any more. */
  void within(Duration time) {
    mode = Mode.DEADLINE;
    deadline = clock.nanoTime() + time.toNanos();
  }

  /** From now on each read has the time of a stall. */
  void perRead() {
    mode = Mode.EACH_READ;
  }

  /** From now on reads wait for so long together; whatever comes later can still be read. */
  void look(Duration time) {
    mode = Mode.LOOK;
    deadline = clock.nanoTime() + time.toNanos();
  }

  /** From now on each read waits for so long at most, which is a moment. */
  void probe(Duration moment) {
    mode = Mode.PROBE;
    probeMillis = (int) moment.toMillis();
  }

  /** From now on so many bytes may come, and no more; then {@link HeadTooLargeException}. */
  void atMost(long bytes) {
    left = bytes;
  }

  /** Whether the client has said that it sends nothing more. */
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
      throw ConnectionClock.late();
    }
    if (mode != Mode.LOOK && ConnectionClock.ENDS_READS) {
      socket.setSoTimeout(0); // a field of the JDK's, not a call of the system
      return clock.read(nanos, () -> in.read(into, offset, length));
    }
    return lookUntil(due, into, offset, length);
  }

  /** The JDK counts by the time of the system; it is over when our clock says so, too. */
  private int lookUntil(long due, byte[] into, int offset, int length) throws IOException {
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

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
 * may stall only so long; HttpCore by itself knows neither. Not thread-safe.
 */
final class TimedInput extends FilterInputStream {
  private final Socket socket;
  private final Duration stall;
  private long deadline; // System.nanoTime(), while timed
  private boolean timed;
  private long left = Long.MAX_VALUE; // of the head

  TimedInput(InputStream in, Socket socket, Duration stall) {
    super(in);
    this.socket = socket;
    this.stall = stall;
  }

  /** From now on everything must have come within this time. */
  void within(Duration time) {
    deadline = System.nanoTime() + time.toNanos();
    timed = true;
  }

  /** From now on each read has the time of a stall. */
  void perRead() {
    timed = false;
  }

  /** From now on so many bytes may come, and no more; then {@link HeadTooLargeException}. */
  void atMost(long bytes) {
    left = bytes;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (left <= 0) {
      throw new HeadTooLargeException();
    }
    long millis =
        timed ? TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()) : stall.toMillis();
    if (millis <= 0) {
      throw new SocketTimeoutException("The request took too long.");
    }
    socket.setSoTimeout((int) millis);
    int count = super.read(into, offset, (int) Math.min(length, left));
    if (count > 0 && left != Long.MAX_VALUE) {
      left -= count;
    }
    return count;
  }

  @Override
  public int read() throws IOException {
    return SingleByte.from(this);
  }
}

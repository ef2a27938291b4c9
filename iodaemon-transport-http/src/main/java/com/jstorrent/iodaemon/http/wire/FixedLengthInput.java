package com.jstorrent.iodaemon.http.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A body of a declared length. {@link #readFully} reads straight from the channel into the buffer,
 * once the bytes that were read together with the head are used up. Not thread-safe.
 */
final class FixedLengthInput extends InputStream {
  private final InputBuffer ahead;
  private final SocketChannel channel;
  private final ConnectionClock clock;
  private final long stallNanos;
  private long left;

  /**
   * @param ahead has the bytes that were read after the head, and reads more from the channel
   * @param clock ends reads from the channel itself
   * @param stall how long a read may take
   */
  FixedLengthInput(
      InputBuffer ahead,
      SocketChannel channel,
      ConnectionClock clock,
      Duration stall,
      long length) {
    this.ahead = ahead;
    this.channel = channel;
    this.clock = clock;
    this.stallNanos = stall.toNanos();
    this.left = length;
  }

  @Override
  public int read() throws IOException {
    return SingleByte.from(this);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int count = ahead.read(into, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw truncated();
    }
    left -= count;
    return count;
  }

  /**
   * Reads until the buffer is full or the body ends.
   *
   * @throws EOFException when the client ends its side in the middle of the body
   * @throws SocketTimeoutException when nothing comes for too long
   */
  void readFully(ByteBuffer into) throws IOException {
    int limit = into.limit();
    into.limit((int) Math.min(limit, into.position() + left));
    try {
      while (into.hasRemaining()) {
        left -= ahead.length() > 0 ? ahead.take(into) : await(into);
      }
    } finally {
      into.limit(limit);
    }
  }

  private int await(ByteBuffer into) throws IOException {
    int count = clock.read(stallNanos, () -> channel.read(into));
    if (count < 0) {
      throw truncated();
    }
    return count;
  }

  private static EOFException truncated() {
    return new EOFException("The client ended its side in the middle of the body.");
  }
}

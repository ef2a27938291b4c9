package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;

/**
 * Writes to a client's channel, and closes the channel when the client reads nothing for too long: an
 * answer holds a file and a buffer while it is written. Used by one thread; {@link #close} does
 * nothing.
 */
final class GuardedOutput implements WritableByteChannel {
  /** The most bytes of one write, which returns when they are all written. */
  private static final int SLICE_BYTES = 256 << 10;

  /**
   * Used where the system does not tell what a client has read, so that only a write that returns
   * shows progress.
   */
  private static final int SMALL_SLICE_BYTES = 16 << 10;

  private final SocketChannel channel;
  private final ConnectionClock clock;
  private final long stallNanos;
  private final int sliceBytes;

  /**
   * @param sampled whether the clock sees how much the client reads during a write
   */
  GuardedOutput(SocketChannel channel, ConnectionClock clock, Duration stall, boolean sampled) {
    this.sliceBytes = sampled ? SLICE_BYTES : SMALL_SLICE_BYTES;
    this.channel = channel;
    this.clock = clock;
    this.stallNanos = stall.toNanos();
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int limit = from.limit();
    from.limit(from.position() + Math.min(from.remaining(), sliceBytes));
    clock.start(stallNanos, ConnectionClock.End.OF_CONNECTION);
    try {
      return channel.write(from);
    } finally {
      clock.stop();
      from.limit(limit);
    }
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    // The connection outlives the answer.
  }
}

package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;

/**
 * A client's channel, which is closed when the client takes nothing for too long: an answer holds a
 * file and a buffer while it is written. Used by one thread; closing it does nothing.
 */
final class GuardedOutput implements WritableByteChannel {
  /** A write returns when all is written; in slices, progress shows. */
  private static final int SLICE_BYTES = 256 << 10;

  private final SocketChannel channel;
  private final ConnectionClock clock;
  private final long stallNanos;

  GuardedOutput(SocketChannel channel, ConnectionClock clock, Duration stall) {
    this.channel = channel;
    this.clock = clock;
    this.stallNanos = stall.toNanos();
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int limit = from.limit();
    from.limit(from.position() + Math.min(from.remaining(), SLICE_BYTES));
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
    // The connection goes on behind an answer.
  }
}

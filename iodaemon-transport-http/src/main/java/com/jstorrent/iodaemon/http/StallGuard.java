package com.jstorrent.iodaemon.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's channel, which is closed when the client takes nothing for too long: an answer holds a
 * file and a buffer while it is written. Used by one thread; closing it leaves the channel open.
 */
final class StallGuard implements WritableByteChannel {
  private static final Logger LOG = LoggerFactory.getLogger(StallGuard.class);

  /** A write returns when all is written; in slices, progress shows. */
  private static final int SLICE_BYTES = 256 << 10;

  /** Looks a stall; it is noticed that much too late at most. */
  private static final int LOOKS = 4;

  private final SocketChannel channel;
  private final ScheduledFuture<?> watch;
  private final long stallNanos;
  private volatile long waitingSince; // by the writing thread only; 0 while it does not write

  StallGuard(SocketChannel channel, Duration stall, ScheduledExecutorService timer) {
    this.channel = channel;
    this.stallNanos = stall.toNanos();
    this.watch =
        timer.scheduleAtFixedRate(
            this::look, stallNanos / LOOKS, stallNanos / LOOKS, TimeUnit.NANOSECONDS);
  }

  private void look() {
    long since = waitingSince;
    if (since == 0 || System.nanoTime() - since < stallNanos) {
      return; // whoever makes the answer may take its time
    }
    LOG.debug("A client takes nothing of its answer; its connection ends.");
    try {
      channel.close();
    } catch (IOException e) {
      LOG.trace("A connection did not close cleanly: {}", e.toString());
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int slice = Math.min(from.remaining(), SLICE_BYTES);
    int limit = from.limit();
    from.limit(from.position() + slice);
    waitingSince = System.nanoTime() | 1; // never 0
    try {
      return channel.write(from);
    } finally {
      waitingSince = 0;
      from.limit(limit);
    }
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    watch.cancel(false);
  }
}

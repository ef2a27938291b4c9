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

  private final SocketChannel channel;
  private final ScheduledFuture<?> watch;
  private volatile long written; // by the writing thread only
  private long seen = -1; // the timer only

  StallGuard(SocketChannel channel, Duration stall, ScheduledExecutorService timer) {
    this.channel = channel;
    this.watch =
        timer.scheduleAtFixedRate(
            this::look, stall.toMillis(), stall.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    long now = written;
    if (now != seen) {
      seen = now;
      return;
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
    try {
      int count = channel.write(from);
      written = written + count;
      return count;
    } finally {
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

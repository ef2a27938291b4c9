package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a read from a channel when nothing comes for too long: its input is shut down, so the reader
 * wakes up and the client can still be answered. Rounds follow one another.
 */
final class ReadWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ReadWatch.class);

  /** Looks a stall; it is noticed that much too late at most. */
  private static final int LOOKS = 4;

  private final SocketChannel channel;
  private final Duration stall;
  private final ScheduledExecutorService timer;

  ReadWatch(SocketChannel channel, Duration stall, ScheduledExecutorService timer) {
    this.channel = channel;
    this.stall = stall;
    this.timer = timer;
  }

  Round begin() {
    return new Round();
  }

  /** One or more reads that are watched together. */
  final class Round implements AutoCloseable {
    private volatile long last = System.nanoTime(); // by the reading thread only
    private volatile boolean stalled;
    private final ScheduledFuture<?> looks =
        timer.scheduleAtFixedRate(
            this::look,
            stall.toNanos() / LOOKS,
            stall.toNanos() / LOOKS,
            TimeUnit.NANOSECONDS);

    private Round() {}

    void progress() {
      last = System.nanoTime();
    }

    private void look() {
      if (System.nanoTime() - last < stall.toNanos()) {
        return;
      }
      stalled = true;
      try {
        channel.shutdownInput();
      } catch (IOException e) {
        LOG.trace("A connection has ended before it was found to stall: {}", e.toString());
      }
    }

    /**
     * @throws SocketTimeoutException when this watch has ended the input
     */
    void requireNoStall() throws SocketTimeoutException {
      if (stalled) {
        throw new SocketTimeoutException("The body has stalled.");
      }
    }

    @Override
    public void close() {
      looks.cancel(false);
    }
  }
}

package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.event.DaemonListener;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Collects direct buffers that are not needed any more, so that their memory returns to the system soon after
 * a time of high load. Left alone, the collector would not look at them for hours, because a daemon that has
 * little to do makes little garbage. A collection takes a few dozen milliseconds, so it has to be worth it.
 */
final class BufferCollection implements DaemonListener {
  /** The least that a collection is worth. */
  static final long ENOUGH_BYTES = 16 << 20;

  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final Runnable collection;
  private final Duration pause;
  private final AtomicLong discarded = new AtomicLong();
  private final AtomicBoolean running = new AtomicBoolean();

  BufferCollection() {
    this(System::gc, PAUSE);
  }

  /**
   * @param pause the time from one collection to the next, at least
   */
  BufferCollection(Runnable collection, Duration pause) {
    this.collection = collection;
    this.pause = pause;
  }

  @Override
  public void onBuffersDiscarded(long bytes) {
    if (discarded.addAndGet(bytes) >= ENOUGH_BYTES && !running.get()) {
      Thread.ofPlatform().daemon().name("iodaemon-collection").start(this::run);
    }
  }

  private void run() {
    try {
      while (discarded.get() >= ENOUGH_BYTES && running.compareAndSet(false, true)) {
        discarded.set(0);
        collection.run();
        Thread.sleep(pause);
        running.set(false);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package com.jstorrent.iodaemon;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread for deadlines. It tells of tasks that fail, which the JDK's keeps to itself. */
final class DeadlineTimer extends ScheduledThreadPoolExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(DeadlineTimer.class);

  private final Consumer<Throwable> onOutOfMemory;

  DeadlineTimer(Consumer<Throwable> onOutOfMemory) {
    super(1, Thread.ofPlatform().daemon().name("iodaemon-timer").factory());
    this.onOutOfMemory = onOutOfMemory;
    setRemoveOnCancelPolicy(true);
    // A connection may still ask for a deadline while the daemon closes.
    setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  @Override
  protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
    if (task instanceof Future<?> done && done.state() == Future.State.FAILED) {
      Throwable cause = done.exceptionNow();
      if (cause instanceof OutOfMemoryError) {
        onOutOfMemory.accept(cause);
      } else {
        LOG.error("A deadline was missed because of a defect.", cause);
      }
    }
  }
}

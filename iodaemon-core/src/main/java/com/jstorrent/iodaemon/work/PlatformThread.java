package com.jstorrent.iodaemon.work;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what a virtual thread should not run: ARCHITECTURE.md says why a busy connection has a platform
 * thread.
 */
public final class PlatformThread {
  private static final Logger LOG = LoggerFactory.getLogger(PlatformThread.class);

  private PlatformThread() {}

  /**
   * Runs the work on a platform thread with this name, while the calling thread waits. When the system has
   * no thread left, the work runs on the calling one.
   *
   * @throws IOException what the work throws
   */
  public static boolean run(String name, Callable<Boolean> work) throws IOException {
    FutureTask<Boolean> task = new FutureTask<>(work);
    try {
      Thread.ofPlatform().daemon().name(name).start(task);
    } catch (OutOfMemoryError e) {
      LOG.warn("The system has no thread left for a connection.");
      task.run();
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true; // the work goes on, and must not be left alone
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException broken -> throw broken;
        case RuntimeException defect -> throw defect;
        case Error error -> throw error;
        default -> throw new IllegalStateException(e.getCause());
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

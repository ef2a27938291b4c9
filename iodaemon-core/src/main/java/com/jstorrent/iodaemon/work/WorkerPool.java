package com.jstorrent.iodaemon.work;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads for work that would hold the carrier of a virtual thread: disks and digests. The
 * queue is bounded; at the bound a job fails with EBUSY instead of waiting.
 */
public final class WorkerPool implements AutoCloseable {
  private static final int QUEUED_JOBS = 4096;
  private static final long IDLE_SECONDS = 30;
  private static final long CLOSE_SECONDS = 5;

  /** A piece of work; what it throws reaches the caller of {@link #call}. */
  @FunctionalInterface
  public interface Job<T extends @Nullable Object> {
    T run() throws OperationFailure;
  }

  private final ThreadPoolExecutor threads;

  public WorkerPool(String name, int size) {
    threads =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(QUEUED_JOBS),
            Thread.ofPlatform().daemon().name("iodaemon-" + name + "-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs a job and waits for it. An interrupt does not end the wait: the job may own the caller's
   * buffer, and an interrupted file channel would be closed for everybody.
   *
   * @throws OperationFailure from the job, or EBUSY when too many are waiting
   */
  public <T extends @Nullable Object> T call(Job<T> job) throws OperationFailure {
    Future<T> result;
    try {
      result = threads.submit(job::run);
    } catch (RejectedExecutionException e) {
      throw new OperationFailure(
          FailureCode.EBUSY, "Too many requests are waiting; try again in a moment.");
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw failure(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static OperationFailure failure(@Nullable Throwable cause) {
    return switch (cause) {
      case OperationFailure e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> throw new IllegalStateException(cause);
    };
  }

  /** Lets jobs that run or wait finish, for a bounded time. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}

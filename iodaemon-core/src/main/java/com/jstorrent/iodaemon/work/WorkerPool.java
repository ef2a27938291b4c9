package com.jstorrent.iodaemon.work;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pool of platform threads for disk accesses and digests, which would block the carrier
 * of a virtual thread. The queue is bounded too; when it is full, a job fails with EBUSY.
 *
 * <p><b>Priorities.</b> Jobs run in the order of their rank. The rank of a bulk job is its number
 * of arrival; an urgent job is ranked as if it had arrived 64 jobs earlier. So an urgent job
 * overtakes up to 64 bulk jobs, but a bulk job is overtaken only by urgent ones that arrive within
 * the next 64 jobs: it cannot starve.
 *
 * <p><b>Running on the caller's thread.</b> While nothing is queued, {@link #call} runs the job on
 * the calling platform thread, because waking a thread of the pool and being woken by it takes
 * longer than most jobs. At most twice as many callers as the pool has threads do so at once.
 */
public final class WorkerPool implements AutoCloseable {
  private static final int MAX_JOBS = 4096;
  private static final long HEAD_START_JOBS = 64;
  private static final int CALLERS_PER_THREAD = 2;
  private static final long IDLE_SECONDS = 30;
  private static final long CLOSE_SECONDS = 5;

  /** The class of a job, which decides its rank. */
  public enum Priority {
    /** A client waits for the answer: bytes for a player, the attributes of a file. */
    URGENT,
    /** Throughput counts, not latency: writes, the verification of a whole torrent. */
    BULK
  }

  /** A piece of work. What it throws is rethrown to the thread that waits for it. */
  @FunctionalInterface
  public interface Job<T extends @Nullable Object> {
    T run() throws OperationFailure;
  }

  /** Is told of each job that has ended, on the thread that ran it; must not block. */
  @FunctionalInterface
  public interface Times {
    /**
     * @param waitedNanos how long it waited for a thread
     * @param ranNanos how long it took then
     */
    void ended(long waitedNanos, long ranNanos);
  }

  /** A job that was queued. */
  public static final class Pending<T extends @Nullable Object> extends FutureTask<T>
      implements Comparable<Pending<?>> {
    private final long rank;

    private Pending(Job<T> job, long rank, Runnable onEnd) {
      super(
          () -> {
            try {
              return job.run();
            } finally {
              onEnd.run();
            }
          });
      this.rank = rank;
    }

    private void fail() {
      setException(busy());
    }

    @Override
    public int compareTo(Pending<?> other) {
      return Long.compare(rank, other.rank);
    }

    /**
     * Waits for the job for a time at most. An interrupt ends the wait, so the job must not use anything of
     * the caller's.
     *
     * @throws OperationFailure from the job
     */
    public T await(Duration time)
        throws OperationFailure, TimeoutException, InterruptedException {
      try {
        return get(time.toNanos(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        throw failure(e.getCause());
      }
    }

    /**
     * Waits for the job. An interrupt does not end the wait, because the job may be using the
     * caller's buffer, and interrupting the job would close the file channel for all its users.
     *
     * @throws OperationFailure from the job
     */
    public T await() throws OperationFailure {
      boolean interrupted = false;
      try {
        while (true) {
          try {
            return get();
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
  }

  private final ThreadPoolExecutor threads;
  private final Semaphore queued = new Semaphore(MAX_JOBS);
  private final AtomicLong arrivals = new AtomicLong();
  private final int maxCallers;
  private final Semaphore callers; // running jobs on their own thread
  private final LongSupplier nanoTime;
  private final Times times;

  /** A pool whose times are of no interest. */
  public WorkerPool(String name, int size) {
    this(name, size, () -> 0, (waited, ran) -> {});
  }

  /**
   * @param nanoTime the clock for what {@code times} is told
   */
  public WorkerPool(String name, int size, LongSupplier nanoTime, Times times) {
    this(
        size,
        Thread.ofPlatform().daemon().name("iodaemon-" + name + "-", 0).factory(),
        nanoTime,
        times);
  }

  WorkerPool(int size, ThreadFactory factory, LongSupplier nanoTime, Times times) {
    this.nanoTime = nanoTime;
    this.times = times;
    maxCallers = CALLERS_PER_THREAD * size;
    callers = new Semaphore(maxCallers);
    threads =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(), // bounded by the permits of queued
            factory);
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Queues a job. Does not block.
   *
   * @throws OperationFailure EBUSY when the queue is full, the pool is closed or the system has no thread left
   */
  public <T extends @Nullable Object> Pending<T> begin(Priority priority, Job<T> job)
      throws OperationFailure {
    long rank =
        arrivals.incrementAndGet() - (priority == Priority.URGENT ? HEAD_START_JOBS : 0);
    if (!queued.tryAcquire()) {
      throw busy();
    }
    long arrived = nanoTime.getAsLong();
    Pending<T> pending = new Pending<>(() -> timed(job, arrived), rank, queued::release);
    try {
      threads.execute(pending);
    } catch (RejectedExecutionException e) {
      queued.release();
      throw busy();
    } catch (OutOfMemoryError e) { // the pool could not start a thread
      if (!isLeftToOthers(pending)) {
        queued.release();
        throw new OperationFailure(
            FailureCode.EBUSY, "The system has no thread left for the request; try again later.");
      }
    }
    return pending;
  }

  /** Whether a thread that the pool has already will do the job. */
  private boolean isLeftToOthers(Runnable job) {
    threads.remove(job); // it may be in the queue or not
    threads.getQueue().add(job);
    return threads.getPoolSize() > 0 || !threads.remove(job);
  }

  /**
   * Runs a job, on the caller's thread or one of the pool, and waits for it as {@link
   * Pending#await} does.
   *
   * @throws OperationFailure from the job, or EBUSY when the queue is full
   */
  public <T extends @Nullable Object> T call(Priority priority, Job<T> job)
      throws OperationFailure {
    boolean here =
        !Thread.currentThread().isVirtual()
            && threads.getQueue().isEmpty()
            && callers.tryAcquire();
    if (!here) {
      return begin(priority, job).await();
    }
    try {
      return timed(job, nanoTime.getAsLong());
    } finally {
      callers.release();
    }
  }

  private <T extends @Nullable Object> T timed(Job<T> job, long arrived) throws OperationFailure {
    long began = nanoTime.getAsLong();
    try {
      return job.run();
    } finally {
      times.ended(began - arrived, nanoTime.getAsLong() - began);
    }
  }

  private static OperationFailure busy() {
    return new OperationFailure(
        FailureCode.EBUSY, "Too many requests are waiting; try again in a moment.");
  }

  private static OperationFailure failure(@Nullable Throwable cause) {
    return switch (cause) {
      case OperationFailure e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> throw new IllegalStateException(cause);
    };
  }

  /** Refuses further jobs, and waits a bounded time for those that are running or queued. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      boolean idle = callers.tryAcquire(maxCallers, CLOSE_SECONDS, TimeUnit.SECONDS); // and keeps the permits
      if (!threads.awaitTermination(idle ? CLOSE_SECONDS : 0, TimeUnit.SECONDS)) {
        failQueued();
      }
    } catch (InterruptedException e) {
      failQueued();
      Thread.currentThread().interrupt();
    }
  }

  /** Fails the jobs that will not run, so that no thread waits for them for ever. */
  private void failQueued() {
    List<Runnable> left = new ArrayList<>();
    threads.getQueue().drainTo(left); // without interrupts, which would close the channels of running jobs
    for (Runnable job : left) {
      ((Pending<?>) job).fail();
    }
  }
}

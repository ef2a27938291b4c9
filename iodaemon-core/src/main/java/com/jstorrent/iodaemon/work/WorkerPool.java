package com.jstorrent.iodaemon.work;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Work that would hold the carrier of a virtual thread: disks and digests. So much is done at once,
 * on platform threads; the queue is bounded, and at the bound a job fails with EBUSY.
 *
 * <p>Urgent jobs stand in the queue as if they had come 64 jobs earlier: they pass what is waiting,
 * but a stream of them cannot hold up the others for ever.
 */
public final class WorkerPool implements AutoCloseable {
  private static final int MOST_JOBS = 4096;
  private static final long HEAD_START_JOBS = 64;
  private static final int CALLERS_PER_THREAD = 2;
  private static final long IDLE_SECONDS = 30;
  private static final long CLOSE_SECONDS = 5;

  /** Who goes first. */
  public enum Priority {
    /** Somebody waits for it: bytes for a player, a small answer. */
    URGENT,
    /** There is more of it than there is time: writes, the checking of a whole torrent. */
    BULK
  }

  /** A piece of work; what it throws reaches whoever waits for it. */
  @FunctionalInterface
  public interface Job<T extends @Nullable Object> {
    T run() throws OperationFailure;
  }

  /** A job that has been handed over. */
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

    private void cutOff() {
      setException(busy());
    }

    @Override
    public int compareTo(Pending<?> other) {
      return Long.compare(rank, other.rank);
    }

    /**
     * Waits for the job. An interrupt does not end the wait: the job may own the caller's buffer,
     * and an interrupted file channel would be closed for everybody.
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
  private final Semaphore places = new Semaphore(MOST_JOBS);
  private final AtomicLong arrivals = new AtomicLong();
  private final int mostCallers;
  private final Semaphore callers; // that run their jobs themselves

  public WorkerPool(String name, int size) {
    mostCallers = CALLERS_PER_THREAD * size;
    callers = new Semaphore(mostCallers);
    threads =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(), // bounded by the places
            Thread.ofPlatform().daemon().name("iodaemon-" + name + "-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Hands a job over. Does not block.
   *
   * @throws OperationFailure EBUSY when too many are waiting, or the daemon ends
   */
  public <T extends @Nullable Object> Pending<T> begin(Priority priority, Job<T> job)
      throws OperationFailure {
    long rank =
        arrivals.incrementAndGet() - (priority == Priority.URGENT ? HEAD_START_JOBS : 0);
    if (!places.tryAcquire()) {
      throw busy();
    }
    Pending<T> pending = new Pending<>(job, rank, places::release);
    try {
      threads.execute(pending);
    } catch (RejectedExecutionException e) {
      places.release();
      throw busy();
    }
    return pending;
  }

  /**
   * Runs a job and waits for it, as {@link Pending#await} does. While little is to be done a platform
   * thread that asks runs the job itself, since waking another one and being woken by it takes longer
   * than most jobs; so three times as many jobs as threads may be under way.
   *
   * @throws OperationFailure from the job, or EBUSY when too many are waiting
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
      return job.run();
    } finally {
      callers.release();
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

  /** Lets jobs that run or wait finish, for a bounded time. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      boolean idle = callers.tryAcquire(mostCallers, CLOSE_SECONDS, TimeUnit.SECONDS); // and none comes
      if (!threads.awaitTermination(idle ? CLOSE_SECONDS : 0, TimeUnit.SECONDS)) {
        cutOff();
      }
    } catch (InterruptedException e) {
      cutOff();
      Thread.currentThread().interrupt();
    }
  }

  /** Whoever waits for a job that will not run is told. */
  private void cutOff() {
    List<Runnable> left = new ArrayList<>();
    threads.getQueue().drainTo(left); // no interrupts: they would close the channels of running jobs
    for (Runnable job : left) {
      ((Pending<?>) job).cutOff();
    }
  }
}

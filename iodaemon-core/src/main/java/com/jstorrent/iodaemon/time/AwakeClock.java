package com.jstorrent.iodaemon.time;

import java.time.Duration;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock of a real daemon. It counts {@link AwakeTime}: what was meant to happen in ten seconds
 * happens when the machine has been awake for ten seconds. Its one thread runs the tasks and makes the
 * marks.
 */
public final class AwakeClock implements MonotonicClock {
  private static final Logger LOG = LoggerFactory.getLogger(AwakeClock.class);
  private static final long MARK_PAUSE_NANOS = AwakeTime.MARK_PAUSE.toNanos();

  private final AwakeTime time;
  private final Consumer<Throwable> onFailure;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeSet<Task> waiting =
      new TreeSet<>(
          Comparator.<Task>comparingLong(task -> task.due).thenComparingLong(task -> task.number));
  private final Thread thread =
      Thread.ofPlatform().daemon().name("iodaemon-timer").unstarted(this::run);
  private long numbers; // guarded by lock, as what follows and what waits
  private boolean closed;

  /**
   * @param onFailure hears of an {@link OutOfMemoryError} of a task, and of an end of the thread
   */
  public AwakeClock(Consumer<Throwable> onFailure) {
    this(onFailure, System::nanoTime);
  }

  /**
   * With another source of time, which a test can let jump.
   *
   * @param realNanos as {@link System#nanoTime}
   */
  public AwakeClock(Consumer<Throwable> onFailure, LongSupplier realNanos) {
    this.onFailure = onFailure;
    this.time = new AwakeTime(realNanos);
    thread.start();
  }

  @Override
  public long nanoTime() {
    return time.nanoTime();
  }

  @Override
  public void park(long nanos) {
    LockSupport.parkNanos(this, nanos);
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return begin(new Task(task, delay.toNanos(), false));
  }

  @Override
  public Scheduled scheduleWithFixedDelay(Duration pause, Runnable task) {
    return begin(new Task(task, pause.toNanos(), true));
  }

  private Scheduled begin(Task task) {
    lock.lock();
    try {
      task.number = ++numbers;
      add(task);
    } finally {
      lock.unlock();
    }
    return task;
  }

  /** Under the lock. A connection may still ask for a deadline while the daemon closes. */
  private void add(Task task) {
    task.due = nanoTime() + task.delayNanos;
    if (!closed && !task.cancelled && waiting.add(task) && waiting.first() == task) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      LockSupport.unpark(thread);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (true) {
        time.makeMark();
        long left = 0;
        Task due = null;
        lock.lock();
        try {
          if (closed) {
            return;
          }
          left = waiting.isEmpty() ? MARK_PAUSE_NANOS : waiting.first().due - time.nanoTime();
          due = left <= 0 ? waiting.pollFirst() : null;
        } finally {
          lock.unlock();
        }
        if (due != null) {
          run(due);
        } else {
          LockSupport.parkNanos(this, Math.min(left, MARK_PAUSE_NANOS));
        }
        Thread.interrupted(); // by a task, and not meant for the next one
      }
    } catch (RuntimeException | Error e) {
      LOG.error("The thread for deadlines has ended.", e);
      onFailure.accept(e);
    }
  }

  private void run(Task task) {
    try {
      task.action.run();
    } catch (OutOfMemoryError e) {
      onFailure.accept(e);
    } catch (RuntimeException | Error e) {
      LOG.error("A deadline was missed because of a defect.", e);
    }
    if (task.repeats) {
      lock.lock();
      try {
        add(task);
      } finally {
        lock.unlock();
      }
    }
  }

  private final class Task implements Scheduled {
    private final Runnable action;
    private final long delayNanos;
    private final boolean repeats;
    private long number; // guarded by lock, as what follows
    private long due;
    private boolean cancelled;

    private Task(Runnable action, long delayNanos, boolean repeats) {
      this.action = action;
      this.delayNanos = delayNanos;
      this.repeats = repeats;
    }

    @Override
    public void cancel() {
      lock.lock();
      try {
        cancelled = true;
        waiting.remove(this);
      } finally {
        lock.unlock();
      }
    }
  }
}

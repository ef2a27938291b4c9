package com.jstorrent.iodaemon.time;

import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The default clock. It counts {@link AwakeTime}: a task scheduled in ten seconds runs when the
 * machine has been awake for ten seconds. Its only thread runs the tasks and updates the time.
 */
public final class AwakeClock implements MonotonicClock {
  private static final Logger LOG = LoggerFactory.getLogger(AwakeClock.class);
  private static final long LONGEST_NANOS = Long.MAX_VALUE / 2; // longer ones would overflow, and come before all others
  private static final long MARK_PAUSE_NANOS = AwakeTime.MARK_PAUSE.toNanos();

  private final AwakeTime time;
  private final Consumer<Throwable> onFailure;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeSet<Task> waiting = new TreeSet<>(AwakeClock::compare);
  private final Thread thread =
      Thread.ofPlatform().daemon().name("iodaemon-timer").unstarted(this::run);
  private long numbers; // guarded by lock, like closed and waiting
  private boolean closed;

  /**
   * The order in which tasks run. Comparator.comparing would generate classes at each start, which
   * takes 6 ms.
   */
  private static int compare(Task one, Task other) {
    int byTime = Long.compare(one.due, other.due);
    return byTime != 0 ? byTime : Long.compare(one.number, other.number);
  }

  /**
   * A clock whose thread runs.
   *
   * @param onFailure is told of an {@link OutOfMemoryError} in a task, and of an unexpected end of
   *     the thread
   */
  public AwakeClock(Consumer<Throwable> onFailure) {
    this(onFailure, System::nanoTime);
  }

  /**
   * A clock that runs no task, and counts two seconds at most, until {@link #start}.
   *
   * @param onFailure as above
   */
  public static AwakeClock unstarted(Consumer<Throwable> onFailure) {
    return new AwakeClock(onFailure, new AwakeTime(System::nanoTime));
  }

  /**
   * With another source of time, which a test can make jump.
   *
   * @param realNanos a replacement of {@link System#nanoTime}
   */
  public AwakeClock(Consumer<Throwable> onFailure, LongSupplier realNanos) {
    this(onFailure, new AwakeTime(realNanos));
    thread.start();
  }

  private AwakeClock(Consumer<Throwable> onFailure, AwakeTime time) {
    this.onFailure = onFailure;
    this.time = time;
  }

  /** Starts the thread of a clock that was made by {@link #unstarted}. To be called once. */
  public void start() {
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

  /**
   * Called with the lock held. After close it does nothing: connections may still schedule
   * deadlines then.
   */
  private void add(Task task) {
    task.due = nanoTime() + Math.min(task.delayNanos, LONGEST_NANOS);
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
        Thread.interrupted(); // clears what a task may have left behind
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
      LOG.error("A scheduled task failed because of a defect.", e);
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
    private long number; // guarded by lock, like the two below
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

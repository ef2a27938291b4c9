package com.jstorrent.iodaemon.testkit;

import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until a test advances it. Due tasks run on the test's thread, in order and
 * each at its own time, before {@link #advance} returns. Thread-safe.
 */
public final class ManualClock implements MonotonicClock {
  private final ReentrantLock lock = new ReentrantLock(); // also guards the fields of tasks
  private final List<Task> waiting = new ArrayList<>(); // guarded by lock, in order of scheduling
  private final Map<Thread, Long> parked = new HashMap<>(); // guarded by lock; their wake-up times
  private volatile long now;
  private boolean closed; // guarded by lock

  @Override
  public long nanoTime() {
    return now;
  }

  /** Advances the time and runs due tasks. Exceptions of tasks propagate to the caller. */
  public void advance(Duration time) {
    long end = now + time.toNanos();
    for (Task task; (task = nextUntil(end)) != null;) {
      unparkDueThreads();
      task.action.run();
      if (task.repeats) {
        begin(task);
      }
    }
    unparkDueThreads();
  }

  private void unparkDueThreads() {
    lock.lock();
    try {
      parked.forEach(
          (thread, until) -> {
            if (until <= now) {
              LockSupport.unpark(thread);
            }
          });
    } finally {
      lock.unlock();
    }
  }

  /** Advances to the next task that is due by {@code end} and returns it, or else to {@code end}. */
  private @Nullable Task nextUntil(long end) {
    lock.lock();
    try {
      Task next =
          waiting.stream().min(Comparator.comparingLong(task -> task.due)).orElse(null);
      if (next == null || next.due > end) {
        now = end;
        return null;
      }
      now = Math.max(now, next.due);
      waiting.remove(next);
      return next;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void park(long nanos) {
    lock.lock();
    try {
      parked.put(Thread.currentThread(), now + nanos);
    } finally {
      lock.unlock();
    }
    if (nanos > 0) {
      LockSupport.park(this);
    }
    lock.lock();
    try {
      parked.remove(Thread.currentThread());
    } finally {
      lock.unlock();
    }
  }

  /** Whether a thread is parked until a later time, so that it has seen the current time. */
  public boolean holdsUp() {
    lock.lock();
    try {
      return parked.values().stream().anyMatch(until -> until > now);
    } finally {
      lock.unlock();
    }
  }

  /** How many tasks are scheduled. */
  public int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** The time until the next task is due. */
  public Duration untilNext() {
    lock.lock();
    try {
      long next = waiting.stream().mapToLong(task -> task.due).min().orElseThrow();
      return Duration.ofNanos(next - now);
    } finally {
      lock.unlock();
    }
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
      task.due = now + task.delayNanos;
      if (!closed && !task.cancelled) {
        waiting.add(task);
      }
      return task;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }

  private final class Task implements Scheduled {
    private final Runnable action;
    private final long delayNanos;
    private final boolean repeats;
    private long due; // guarded by lock
    private boolean cancelled; // guarded by lock

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

package com.jstorrent.iodaemon.net.relay;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tasks of a {@link SelectorLoop} that have not run yet, in the order of posting. */
final class Mailbox {
  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean draining = new AtomicBoolean();

  void add(Runnable task) {
    tasks.add(task);
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  /** Runs all tasks. The loop's thread only. */
  void run() {
    for (Runnable task; (task = tasks.poll()) != null;) {
      task.run();
    }
  }

  /**
   * Runs tasks that are left, or are posted, after the end of the loop. Any thread, but only one at a
   * time runs tasks, and never from within a task: tasks post others.
   */
  void runLeftovers() {
    while (!tasks.isEmpty() && draining.compareAndSet(false, true)) {
      try {
        for (Runnable task; (task = tasks.poll()) != null;) {
          runSafely(task);
        }
      } finally {
        draining.set(false);
      }
    }
  }

  private static void runSafely(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("A task failed because of a defect.", e);
    }
  }
}

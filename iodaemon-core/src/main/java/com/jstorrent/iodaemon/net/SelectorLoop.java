package com.jstorrent.iodaemon.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A selector with a mailbox: the one thread that runs the loop owns its channels, the others post
 * tasks to it.
 */
final class SelectorLoop {
  private static final Logger LOG = LoggerFactory.getLogger(SelectorLoop.class);

  /** Something that the loop's thread does for another one. */
  @FunctionalInterface
  interface Task {
    void run() throws IOException;
  }

  /** What the loop does with its channels. All methods run on the loop's thread. */
  interface Handler {
    void ready(SelectionKey key) throws IOException;

    /** Every channel that was ready has been served; the next thing is to wait. */
    void roundOver() throws IOException;

    /** The longest time to wait for the next event; 0 for no limit. */
    long waitMillis();

    /** Whether channels have to wait now, while tasks are still run. */
    default boolean paused() {
      return false;
    }
  }

  private final Selector selector;
  private final Queue<Task> mailbox = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean sleeping = new AtomicBoolean();
  private final AtomicBoolean draining = new AtomicBoolean();
  private volatile @Nullable Thread runner;
  private volatile boolean parking; // while sleeping: in park, not in select
  private volatile int generation; // changed only while nobody runs it
  private volatile boolean ended; // run() returns soon
  private volatile boolean closed; // run() has returned: whoever posts has to run tasks

  SelectorLoop() throws IOException {
    selector = Selector.open();
  }

  Selector selector() {
    return selector;
  }

  /**
   * Runs a task on the loop's thread, in the order of posting. When the loop has ended the caller
   * runs it: tasks release things, and must not be lost. So do not post with a lock held.
   */
  void post(Task task) {
    mailbox.add(task);
    if (closed) {
      runLeftovers();
    } else {
      wakeUp();
    }
  }

  /** Makes the loop go round once, so that it forgets keys that were cancelled. */
  void wakeUp() {
    if (sleeping.getAndSet(false)) {
      if (parking) {
        LockSupport.unpark(runner);
      } else {
        selector.wakeup();
      }
    }
  }

  /** Ends the loop after the tasks that were posted before. Any thread. */
  void end() {
    int meant = generation;
    post(() -> ended |= meant == generation);
  }

  /** Makes it possible to run again, whoever has asked for an end before. Not while it runs. */
  void restart() {
    generation++;
    ended = false;
  }

  /**
   * Serves until {@link #end} or until the handler fails. After {@link #restart} it may be run
   * again, by another thread.
   *
   * @throws IOException from the handler
   */
  void run(Handler handler) throws IOException {
    runner = Thread.currentThread();
    try {
      runTasks();
      while (!ended) {
        handler.roundOver();
        await(handler);
        runTasks();
      }
      handler.roundOver();
      selector.selectNow(key -> {}); // channels that were closed are to be forgotten
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Waits for an event and serves it; returns at once when a task waits. */
  private void await(Handler handler) throws IOException {
    boolean paused = handler.paused();
    parking = paused;
    sleeping.set(true);
    if (ended || !mailbox.isEmpty()) {
      sleeping.set(false);
      selector.selectNow(key -> ready(handler, key));
    } else if (!paused) {
      selector.select(key -> ready(handler, key), handler.waitMillis());
      sleeping.set(false);
    } else {
      if (handler.paused()) { // asked again: the thread that ends the pause looks at sleeping after that
        LockSupport.park(this);
      }
      sleeping.set(false);
      selector.selectNow(key -> {}); // channels that were closed are to be forgotten
    }
  }

  /** To be called last by the thread that ran the loop, when nothing needs its channels any more. */
  void close() {
    closed = true;
    try {
      selector.close();
    } catch (IOException e) {
      LOG.debug("A selector did not close cleanly.", e);
    }
    runLeftovers();
  }

  /** Runs what has been posted so far. The loop's thread only. */
  void runTasks() throws IOException {
    for (Task task; (task = mailbox.poll()) != null;) {
      task.run();
    }
  }

  /** One thread at a time, and never from within a task: tasks post others. */
  private void runLeftovers() {
    while (!mailbox.isEmpty() && draining.compareAndSet(false, true)) {
      try {
        for (Task task; (task = mailbox.poll()) != null;) {
          runQuietly(task);
        }
      } finally {
        draining.set(false);
      }
    }
  }

  private static void runQuietly(Task task) {
    try {
      task.run();
    } catch (IOException e) {
      LOG.trace("A task came too late: {}", e.toString());
    } catch (RuntimeException e) {
      LOG.error("A task failed because of a defect.", e);
    }
  }

  private void ready(Handler handler, SelectionKey key) {
    try {
      if (!mailbox.isEmpty()) {
        runTasks();
      }
      if (key.isValid() && !handler.paused()) {
        handler.ready(key);
      }
    } catch (CancelledKeyException e) {
      LOG.trace("A channel was closed by another thread before its turn came.");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package com.jstorrent.iodaemon.net.relay;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
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
 * A selector with a mailbox. One thread runs it and serves the channels, each by the {@link Selectable}
 * that was registered with it; other threads post tasks, which run between any two channels.
 */
public final class SelectorLoop {
  private static final Logger LOG = LoggerFactory.getLogger(SelectorLoop.class);

  /** What the loop asks its user, on the loop's thread. */
  public interface Handler {
    /** Every channel that was ready has been served; the loop is about to wait. */
    void roundOver();

    /** The longest time to wait for the next event; 0 for no limit. */
    long waitMillis();

    /** Whether channels have to wait now, while tasks are still run. */
    boolean paused();
  }

  private final Selector selector;
  private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean sleeping = new AtomicBoolean();
  private final AtomicBoolean draining = new AtomicBoolean();
  private volatile @Nullable Thread runner;
  private volatile boolean parking; // while sleeping: in park, not in select
  private boolean ended; // the loop's thread only
  private volatile boolean closed; // the loop has ended: the thread that posts runs its task

  public SelectorLoop() throws IOException {
    selector = Selector.open();
  }

  /**
   * Serves a channel from now on. The loop's thread only.
   *
   * @return null when another thread has closed the channel meanwhile
   */
  @Nullable
  public SelectionKey register(SelectableChannel channel, int operations, Selectable server) {
    try {
      return channel.register(selector, operations, server);
    } catch (ClosedChannelException | CancelledKeyException e) {
      LOG.trace("A channel was closed before it was served.");
      return null;
    }
  }

  /** What was registered for this channel, or null. Any thread. */
  @Nullable
  public SelectionKey key(SelectableChannel channel) {
    return channel.keyFor(selector);
  }

  /** Stops serving a channel, if it was served. Any thread. */
  public void cancel(SelectableChannel channel) {
    SelectionKey key = key(channel);
    if (key != null) {
      key.cancel();
      wakeUp();
    }
  }

  /**
   * Runs a task on the loop's thread, in the order of posting. After the end of the loop the calling
   * thread runs it: tasks release things, and must not be lost. So do not post with a lock held.
   */
  public void post(Runnable task) {
    mailbox.add(task);
    if (closed) {
      runLeftovers();
    } else {
      wakeUp();
    }
  }

  /** Makes the loop go round once, so that it forgets keys that were cancelled. Any thread. */
  public void wakeUp() {
    if (sleeping.getAndSet(false)) {
      if (parking) {
        LockSupport.unpark(runner);
      } else {
        selector.wakeup();
      }
    }
  }

  /** Ends the loop after the tasks that were posted before. Any thread. */
  public void end() {
    post(() -> ended = true);
  }

  /**
   * Serves until {@link #end}; by one thread, once.
   *
   * @throws IOException when the selector itself fails
   */
  public void run(Handler handler) throws IOException {
    runner = Thread.currentThread();
    runTasks();
    while (!ended) {
      handler.roundOver();
      await(handler);
      runTasks();
    }
    handler.roundOver();
    selector.selectNow(key -> {}); // channels that were closed are to be forgotten
  }

  /** Waits for an event and serves it; returns at once when a task waits. */
  private void await(Handler handler) throws IOException {
    boolean paused = handler.paused();
    parking = paused;
    sleeping.set(true);
    if (!mailbox.isEmpty()) {
      sleeping.set(false);
      selector.selectNow(key -> serve(handler, key));
    } else if (!paused) {
      selector.select(key -> serve(handler, key), handler.waitMillis());
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
  public void close() {
    closed = true;
    try {
      selector.close();
    } catch (IOException e) {
      LOG.debug("A selector did not close cleanly.", e);
    }
    runLeftovers();
  }

  private void runTasks() {
    for (Runnable task; (task = mailbox.poll()) != null;) {
      task.run();
    }
  }

  /** One thread at a time, and never from within a task: tasks post others. */
  private void runLeftovers() {
    while (!mailbox.isEmpty() && draining.compareAndSet(false, true)) {
      try {
        for (Runnable task; (task = mailbox.poll()) != null;) {
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

  private void serve(Handler handler, SelectionKey key) {
    try {
      if (!mailbox.isEmpty()) {
        runTasks();
      }
      if (key.isValid() && !handler.paused()) {
        ((Selectable) key.attachment()).ready(key);
      }
    } catch (CancelledKeyException e) {
      LOG.trace("A channel was closed by another thread before its turn came.");
    }
  }
}

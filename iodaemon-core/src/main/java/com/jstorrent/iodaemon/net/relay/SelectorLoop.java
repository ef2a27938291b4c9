package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.net.relay.LoopState.Event;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A selector with a mailbox. One thread at a time runs it and serves the channels, each by the {@link
 * Selectable} that was registered with it; other threads post tasks, which run between any two
 * channels. Of the channels that are ready together, those with a bulk transfer are served last.
 *
 * <p>The thread either lasts until the end, or exists on demand: then it ends when it has had nothing
 * to do for a while and there is no channel to serve, and the next task starts another one.
 */
public final class SelectorLoop {
  private static final Logger LOG = LoggerFactory.getLogger(SelectorLoop.class);

  /** After this many turns of bulk transfers, or more, the loop selects again for the sake of the other channels. */
  static final int BULK_TURNS = 4;

  /** The most selections in a round: the cost of each grows with the number of channels that are ready. */
  private static final int SELECTIONS_A_ROUND = 16;

  /** What the loop asks and tells its user, on the loop's thread. */
  public interface Handler {
    /** Channels with little to read may have been served, and bulk transfers come next. */
    void bulkNext();

    /** Every channel that was ready has been served; the loop is about to wait. */
    void roundOver();

    /** The longest time to wait for the next event; 0 for no limit. */
    long waitMillis();

    /** Whether channels have to wait now, while tasks are still run. */
    boolean paused();

    /** Nothing has happened for a while: what only a busy loop needs can be given back. */
    void idle();

    /** Whether a channel may come soon, so that the selector of an idle loop is kept. */
    boolean expectsChannels();
  }

  private final Mailbox mailbox = new Mailbox();
  private final AtomicReference<LoopState> state;
  private final ReentrantLock lock = new ReentrantLock();
  private final @Nullable Runnable starter; // null when the thread lasts
  private final long idleTimeoutNanos;
  private volatile @Nullable Selector selector; // written with the lock held
  private final List<SelectionKey> bulk = new ArrayList<>(); // of this round; the loop's thread only
  private int othersServed; // since the last selection in a round; the loop's thread only
  private volatile @Nullable Thread parked; // while the state is PARKED
  private boolean ended; // the loop's thread only

  /**
   * A loop whose thread lasts, and is started by the caller.
   *
   * @throws IOException when the system has no descriptor left
   */
  public SelectorLoop() throws IOException {
    this.state = new AtomicReference<>(LoopState.BUSY);
    this.starter = null;
    this.idleTimeoutNanos = Long.MAX_VALUE;
    open();
  }

  /**
   * A loop that has neither a thread nor a selector before something needs them.
   *
   * @param starter starts a thread that calls {@link #run}; if it cannot, it calls {@link #close} itself. Called by the
   *     thread that posts
   * @param idleTimeout how long the thread must have had nothing to do before it ends
   */
  public SelectorLoop(Runnable starter, Duration idleTimeout) {
    this.state = new AtomicReference<>(LoopState.NO_THREAD);
    this.starter = starter;
    this.idleTimeoutNanos = idleTimeout.toNanos();
  }

  /**
   * Makes sure that channels can be registered, until {@link Handler#expectsChannels} says that no more
   * will come. Any thread.
   *
   * @throws IOException when the system has no descriptor left
   */
  public void open() throws IOException {
    lock.lock();
    try {
      if (selector == null && state.get() != LoopState.ENDED) {
        selector = Selector.open();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Serves a channel from now on. The loop's thread only, after {@link #open}.
   *
   * @return null when another thread has closed the channel meanwhile
   */
  @Nullable
  public SelectionKey register(SelectableChannel channel, int operations, Selectable server) {
    Selector opened = selector;
    if (opened == null) {
      return null; // no channel was expected any more, so this one is over
    }
    try {
      return channel.register(opened, operations, server);
    } catch (ClosedChannelException | CancelledKeyException e) {
      LOG.trace("A channel was closed before it was served.");
      return null;
    }
  }

  /** The key of this channel, or null when it is not registered. Any thread. */
  @Nullable
  public SelectionKey key(SelectableChannel channel) {
    Selector opened = selector;
    return opened == null ? null : channel.keyFor(opened);
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
   * Runs a task on the loop's thread, in the order of posting. After the end of the loop the calling thread runs it, because
   * tasks release things and must not be lost. So do not post with a lock held.
   */
  public void post(Runnable task) {
    mailbox.add(task);
    if (state.get() == LoopState.ENDED) {
      mailbox.runLeftovers();
    } else {
      wakeUp();
    }
  }

  /** Makes the loop go round once, so that it forgets keys that were cancelled. Any thread. */
  public void wakeUp() {
    switch (move(Event.WAKE)) {
      case SELECTING -> {
        Selector opened = selector;
        if (opened != null) {
          opened.wakeup();
        }
      }
      case PARKED -> LockSupport.unpark(parked);
      case NO_THREAD -> {
        if (starter != null) {
          starter.run();
        }
      }
      case BUSY, ENDED -> {
      }
    }
  }

  /** Ends the loop after the tasks that were posted before. Any thread. */
  public void end() {
    post(() -> ended = true);
  }

  /**
   * Serves until {@link #end}, or until the thread is not needed for now.
   *
   * @return whether the loop has ended, so that this thread has to call {@link #close}; otherwise it must
   *     not touch the loop any more, since another thread may run it already
   * @throws IOException when the selector itself fails
   */
  public boolean run(Handler handler) throws IOException {
    boolean idle = false;
    mailbox.run();
    while (!ended) {
      handler.roundOver();
      if (mustPark(handler)) {
        if (parkedLong(handler)) {
          return false;
        }
        idle = false;
      } else {
        idle = select(handler, idle);
      }
      mailbox.run();
    }
    handler.roundOver();
    forgetCancelled();
    return true;
  }

  private boolean mustPark(Handler handler) {
    Selector opened = selector;
    return handler.paused()
        || starter != null && (opened == null || opened.keys().isEmpty());
  }

  /**
   * Waits for a channel and serves it; returns at once when a task waits.
   *
   * @param idle whether nothing has happened for a while
   * @return whether that is so now
   */
  private boolean select(Handler handler, boolean idle) throws IOException {
    Selector opened = Objects.requireNonNull(selector);
    move(Event.SELECT);
    if (!mailbox.isEmpty()) {
      move(Event.WAKE);
      opened.selectNow(key -> serveUnlessBulk(handler, key));
      serveBulk(handler, opened);
      return false;
    }
    long limit = handler.waitMillis();
    boolean detectsIdle = limit == 0 && starter != null && !idle;
    int served =
        opened.select(key -> serveUnlessBulk(handler, key),
            detectsIdle ? idleTimeoutMillis() : limit);
    boolean woken = move(Event.WAKE) == LoopState.BUSY;
    serveBulk(handler, opened);
    if (served > 0 || woken) {
      return false;
    }
    if (detectsIdle) { // once: the next wait has no limit
      handler.idle();
    }
    return idle || detectsIdle;
  }

  private long idleTimeoutMillis() {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(idleTimeoutNanos));
  }

  /**
   * Waits for a task; returns at once when there is one.
   *
   * @return true when none came for a long time: then the loop belongs to the thread that posts next
   */
  private boolean parkedLong(Handler handler) throws IOException {
    long begun = System.nanoTime();
    parked = Thread.currentThread();
    move(Event.PARK);
    // Asked again, because the thread that ends a pause does so before it looks at the state.
    boolean waits = mailbox.isEmpty() && mustPark(handler);
    for (long left = idleTimeoutNanos; waits && left > 0 && state.get() == LoopState.PARKED;) {
      LockSupport.parkNanos(this, left);
      left = idleTimeoutNanos - (System.nanoTime() - begun);
    }
    parked = null; // so that a thread that has ended is not kept in memory
    forgetCancelled();
    if (waits && state.get() == LoopState.PARKED) {
      handler.idle();
      closeUnlessNeeded(handler);
      return move(Event.EXIT_THREAD) == LoopState.PARKED;
    }
    move(Event.WAKE);
    return false;
  }

  private void closeUnlessNeeded(Handler handler) {
    lock.lock(); // who expects channels says so first, and then calls open
    try {
      if (!handler.expectsChannels()) {
        close(selector);
        selector = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /** The descriptor of a closed channel is free only when the selector has forgotten its key. */
  private void forgetCancelled() throws IOException {
    Selector opened = selector;
    if (opened != null) {
      opened.selectNow(key -> {});
    }
  }

  /**
   * To be called last, when nothing needs the channels any more, by the thread that ran the loop, or by one that could not
   * start it.
   */
  public void close() {
    lock.lock();
    try {
      move(Event.END);
      close(selector);
    } finally {
      lock.unlock();
    }
    mailbox.runLeftovers();
  }

  private static void close(@Nullable Selector opened) {
    try {
      if (opened != null) {
        opened.close();
      }
    } catch (IOException e) {
      LOG.debug("A selector did not close cleanly.", e);
    }
  }

  /** Returns the state before; it is unchanged when the event changes nothing. */
  private LoopState move(Event event) {
    LoopState before;
    LoopState after;
    do {
      before = state.get();
      after = before.next(event);
    } while (after != before && !state.compareAndSet(before, after));
    return before;
  }

  private void serveUnlessBulk(Handler handler, SelectionKey key) {
    if (isBulk(key)) {
      bulk.add(key);
    } else {
      serve(handler, key);
    }
  }

  /**
   * Serves the bulk transfers. A channel that becomes ready meanwhile waits for a few of their turns, not for a turn of
   * each. While many such channels are ready, each kind has half of the turns.
   */
  private void serveBulk(Handler handler, Selector opened) throws IOException {
    int least = Math.max(BULK_TURNS, bulk.size() / SELECTIONS_A_ROUND);
    int turns = least;
    if (!bulk.isEmpty()) {
      handler.bulkNext();
    }
    for (SelectionKey key : bulk) {
      if (turns == 0) {
        othersServed = 0;
        opened.selectNow(ready -> serveOther(handler, ready));
        if (othersServed > 0) {
          handler.bulkNext();
        }
        turns = Math.max(least, othersServed);
      }
      serve(handler, key);
      turns--;
    }
    bulk.clear();
  }

  /** Serves a channel unless it is a bulk transfer: those have their turn in this round anyway, or in the next one. */
  private void serveOther(Handler handler, SelectionKey key) {
    if (!isBulk(key)) {
      othersServed++;
      serve(handler, key);
    }
  }

  private static boolean isBulk(SelectionKey key) {
    return ((Selectable) key.attachment()).isBulk();
  }

  private void serve(Handler handler, SelectionKey key) {
    try {
      if (!mailbox.isEmpty()) {
        mailbox.run();
      }
      if (key.isValid() && !handler.paused()) {
        ((Selectable) key.attachment()).ready(key);
      }
    } catch (CancelledKeyException e) {
      LOG.trace("A channel was closed by another thread before its turn came.");
    }
  }
}

package com.jstorrent.iodaemon.memory;

import com.jstorrent.iodaemon.stats.live.Stats;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The memory that one client, or all requests of one kind, make the daemon hold. What is taken for a
 * use must be released for the same use. Thread-safe; only {@link #awaitTake} blocks.
 */
public final class MemoryAccount implements AutoCloseable {
  /** Gives up memory when it has been short for a while and this account holds most of what has not moved. */
  @FunctionalInterface
  public interface Holder {
    /**
     * Called on the thread of the clock; must not block.
     *
     * @return whether memory will soon be released
     */
    boolean giveUp();
  }

  /** How often a waiting thread asks whether it should go on waiting. */
  private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final MemoryBudget budget;
  private final Share share;
  private final Stats gauges;
  private final Holder holder;
  private final AtomicLong held = new AtomicLong();
  private final Map<MemoryUse, AtomicLong> uses = new EnumMap<>(MemoryUse.class); // never changed
  private volatile long lastMoved;

  MemoryAccount(MemoryBudget budget, Share share, Stats gauges, Holder holder) {
    this.budget = budget;
    this.share = share;
    this.gauges = gauges;
    this.holder = holder;
    this.lastMoved = budget.now();
    for (MemoryUse use : MemoryUse.values()) {
      uses.put(use, new AtomicLong());
    }
  }

  private AtomicLong of(MemoryUse use) {
    return Objects.requireNonNull(uses.get(use));
  }

  /** {@return how many bytes are held in all} */
  public long held() {
    return held.get();
  }

  /**
   * {@return how many bytes are held for one use}
   *
   * @param use which
   */
  public long held(MemoryUse use) {
    return of(use).get();
  }

  /**
   * {@return whether {@link #tryTake} would take this many bytes now}
   *
   * @param use what they are for
   * @param bytes how many
   */
  public boolean hasRoom(MemoryUse use, long bytes) {
    return budget.hasRoom(share, use, held.get(), bytes);
  }

  /**
   * {@return whether {@link #tryTake} would take this many bytes now}
   *
   * @param use what they are for
   * @param bytes how many
   * @param retry if not, runs once, as described at {@link #whenReleased}
   */
  public boolean hasRoom(MemoryUse use, long bytes, Runnable retry) {
    if (hasRoom(use, bytes)) {
      return true;
    }
    whenReleased(retry);
    if (!hasRoom(use, bytes)) {
      return false;
    }
    budget.noLongerWaiting(retry); // something has been released in between
    return true;
  }

  /**
   * Takes memory if the share of this account allows it.
   *
   * @param use what it is for
   * @param bytes how many
   * @return whether it was taken
   */
  public boolean tryTake(MemoryUse use, long bytes) {
    if (!budget.tryTake(share, use, held.get(), bytes)) {
      return false;
    }
    enter(use, bytes);
    return true;
  }

  /**
   * Takes memory without regard to the limit, for what already exists and cannot wait, and is bounded
   * by other means.
   *
   * @param use what it is for
   * @param bytes how many
   */
  public void take(MemoryUse use, long bytes) {
    budget.take(use, bytes);
    enter(use, bytes);
  }

  /**
   * Takes memory, and blocks while there is none.
   *
   * @param use what it is for
   * @param bytes how many
   * @param goOn asked repeatedly; the wait ends when it returns false, or when the thread is
   *     interrupted
   * @return whether it was taken
   */
  public boolean awaitTake(MemoryUse use, long bytes, BooleanSupplier goOn) {
    if (tryTake(use, bytes)) {
      return true;
    }
    Thread thread = Thread.currentThread();
    Runnable wake = () -> LockSupport.unpark(thread);
    try {
      do {
        if (!goOn.getAsBoolean() || thread.isInterrupted()) {
          return false;
        }
        if (!hasRoom(use, bytes, wake)) {
          budget.park(CHECK_NANOS);
        }
      } while (!tryTake(use, bytes));
      return true;
    } finally {
      budget.noLongerWaiting(wake);
    }
  }

  private void enter(MemoryUse use, long bytes) {
    gauges.add(use.gauge(), bytes);
    held.addAndGet(bytes);
    of(use).addAndGet(bytes);
    lastMoved = budget.now();
  }

  /**
   * Gives back bytes that were taken for this use.
   *
   * @param use what they were taken for
   * @param bytes how many
   */
  public void release(MemoryUse use, long bytes) {
    if (bytes > 0) {
      lastMoved = budget.now();
      gauges.add(use.gauge(), -bytes);
      held.addAndGet(-bytes);
      of(use).addAndGet(-bytes);
      budget.release(use, bytes);
    }
  }

  /**
   * Runs {@code retry} once, as soon as any memory has been released. Call it before the last attempt;
   * otherwise memory that is released in between would go unnoticed.
   *
   * @param retry what to run; it must not block
   */
  public void whenReleased(Runnable retry) {
    budget.whenReleased(retry);
  }

  /** How many bytes it could give up: all but what connections and sockets themselves count as. */
  long yieldable() {
    return held() - held(MemoryUse.CONNECTIONS);
  }

  /** The clock's time when it last took or released something. */
  long lastMoved() {
    return lastMoved;
  }

  boolean giveUp() {
    lastMoved = budget.now(); // it gets time to do so before it is asked again
    return holder.giveUp();
  }

  /**
   * The holder is not asked to give anything up any more. What is still held stays counted until it is
   * released.
   */
  @Override
  public void close() {
    budget.forget(this);
  }
}

package com.jstorrent.iodaemon.memory;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that all clients together make the daemon hold (PROTOCOL.md § 4.6). The {@link Share} of
 * an account determines how much of it the account may have. An account that gets none waits: its
 * source is read later, or its request waits. Once one has waited for longer than
 * {@link Limits#MEMORY_PRESSURE}, accounts that have not moved anything for just as long must give
 * something up, those that hold most first; accounts that hold little must do so only if none holds
 * more. Thread-safe, without a lock.
 */
public final class MemoryBudget {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryBudget.class);

  /** Accounts give memory up until it is at least the limit divided by this number. */
  private static final int RELIEF_DIVISOR = 16;

  private final long limit;
  private final long heapLimit;
  private final Stats stats;
  private final MonotonicClock clock;
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong usedOnHeap = new AtomicLong();
  private final Set<MemoryAccount> holders = ConcurrentHashMap.newKeySet();
  private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean watching = new AtomicBoolean();

  /**
   * @param limit in bytes, on the heap and outside it together
   * @param heapLimit how many of them may be on the heap
   */
  @SuppressWarnings("exports") // a daemon makes it; transports get it
  public MemoryBudget(long limit, long heapLimit, Stats stats, MonotonicClock clock) {
    this.limit = limit;
    this.heapLimit = Math.min(limit, heapLimit);
    this.stats = stats;
    this.clock = clock;
    stats.add(Counter.MEMORY_LIMIT, limit);
  }

  /** A new account that never gives anything up, with the gauges of the daemon. */
  public MemoryAccount open(Share share) {
    return new MemoryAccount(this, share, stats, () -> false);
  }

  /** As {@link #open(Share, Stats, MemoryAccount.Holder)}, with the gauges of the daemon. */
  public MemoryAccount open(Share share, MemoryAccount.Holder holder) {
    return open(share, stats, holder);
  }

  /**
   * A new account.
   *
   * @param gauges what counts the bytes it holds, as a part of the daemon's counters
   * @param holder gives up something when memory has been short for a while
   */
  @SuppressWarnings("exports") // as above
  public MemoryAccount open(Share share, Stats gauges, MemoryAccount.Holder holder) {
    MemoryAccount account = new MemoryAccount(this, share, gauges, holder);
    holders.add(account);
    return account;
  }

  /** Whether a new account could take this many bytes now. */
  public boolean hasRoom(Share share, MemoryUse use, long bytes) {
    return hasRoom(share, use, 0, bytes);
  }

  /** How many bytes there are in all. */
  public long limit() {
    return limit;
  }

  /** How many bytes accounts of this share may take together for a use while no other account holds any. */
  public long most(Share share, MemoryUse use) {
    return share.most(use.onHeap() ? heapLimit : limit);
  }

  /** How many bytes are taken by all accounts. */
  public long used() {
    return used.get();
  }

  boolean hasRoom(Share share, MemoryUse use, long held, long bytes) {
    return share.allows(limit, used.get(), held, bytes)
        && (!use.onHeap() || share.allows(heapLimit, usedOnHeap.get(), held, bytes));
  }

  boolean tryTake(Share share, MemoryUse use, long held, long bytes) {
    if (use.onHeap() && !tryTake(usedOnHeap, heapLimit, share, held, bytes)) {
      return false;
    }
    if (tryTake(used, limit, share, held, bytes)) {
      return true;
    }
    if (use.onHeap()) {
      usedOnHeap.addAndGet(-bytes);
    }
    return false;
  }

  private static boolean tryTake(
      AtomicLong taken, long limit, Share share, long held, long bytes) {
    for (long now = taken.get(); share.allows(limit, now, held, bytes); now = taken.get()) {
      if (taken.compareAndSet(now, now + bytes)) {
        return true;
      }
    }
    return false;
  }

  void take(MemoryUse use, long bytes) {
    used.addAndGet(bytes);
    if (use.onHeap()) {
      usedOnHeap.addAndGet(bytes);
    }
  }

  void release(MemoryUse use, long bytes) {
    used.addAndGet(-bytes);
    if (use.onHeap()) {
      usedOnHeap.addAndGet(-bytes);
    }
    if (!waiting.isEmpty()) {
      wakeAll();
    }
  }

  private void wakeAll() {
    for (Iterator<Runnable> each = waiting.iterator(); each.hasNext();) {
      Runnable retry = each.next();
      each.remove(); // first: it may register again
      retry.run();
    }
  }

  void whenReleased(Runnable retry) {
    waiting.add(retry);
    watch();
  }

  /** What has waited does not any more, so no account is asked to give something up for it. */
  void noLongerWaiting(Runnable retry) {
    waiting.remove(retry);
  }

  private void watch() {
    if (watching.compareAndSet(false, true)) {
      long due = now() + Limits.MEMORY_PRESSURE.toNanos();
      clock.schedule(Limits.MEMORY_PRESSURE, () -> check(due));
    }
  }

  /** Runs again and again as long as an account waits. */
  private void check(long due) {
    boolean wanted = !waiting.isEmpty();
    if (wanted) {
      boolean late = now() - due > Limits.MEMORY_PRESSURE.toNanos();
      if (!late) { // else the process itself was stopped, and with it every account
        relieve();
      }
      wakeAll(); // those that still get nothing register again
    }
    watching.set(false);
    if (wanted || !waiting.isEmpty()) {
      watch();
    }
  }

  /**
   * Asks the accounts that hold most, of those that have not moved anything for a while, to give
   * something up.
   */
  private void relieve() {
    long before = now() - Limits.MEMORY_PRESSURE.toNanos();
    boolean littleIsAll =
        holders.stream().allMatch(account -> account.yieldable() <= Share.LITTLE_BYTES);
    long least = littleIsAll ? 1 : Share.LITTLE_BYTES + 1;
    List<MemoryAccount> unmoved =
        holders.stream()
            .filter(account -> account.yieldable() >= least && account.lastMoved() - before <= 0)
            .sorted(Comparator.comparingLong(MemoryAccount::yieldable).reversed())
            .toList();
    long wanted = limit / RELIEF_DIVISOR;
    long given = 0;
    for (MemoryAccount account : unmoved) {
      long yieldable = account.yieldable();
      if (given < wanted && account.giveUp()) {
        given += yieldable;
        stats.increment(Counter.MEMORY_RELIEFS);
      }
    }
    if (given > 0) {
      LOG.warn(
          "Memory is short ({} of {} bytes): clients that hold {} bytes without moving any give some up.",
          used.get(),
          limit,
          given);
    }
  }

  void forget(MemoryAccount account) {
    holders.remove(account);
  }

  /** See {@link MonotonicClock#park}. */
  void park(long nanos) {
    clock.park(nanos);
  }

  long now() {
    return clock.nanoTime();
  }
}

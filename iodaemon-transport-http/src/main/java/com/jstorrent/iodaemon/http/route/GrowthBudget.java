package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A memory budget for bodies that grow as they arrive. Memory is granted by the banker's algorithm:
 * only if afterwards there is still an order in which every body can grow to its full length. So
 * bodies cannot deadlock by waiting for each other's memory, and a body of which little has come does
 * not block others, whatever length it has declared. When memory is short all the same, bodies that
 * have not grown for a while lose theirs. Thread-safe.
 */
final class GrowthBudget {
  /** How often a waiting body checks its deadlines. */
  private static final long POLL_NANOS = Duration.ofMillis(250).toNanos();

  private final long total;
  private final MonotonicClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Share> holders = new LinkedHashSet<>(); // in the order in which they last grew
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private long free; // bytes; guarded by lock, like the two above

  GrowthBudget(long bytes, MonotonicClock clock) {
    total = bytes;
    free = bytes;
    this.clock = clock;
  }

  private record Waiter(Share share, long bytes, Condition granted) {}

  /** A new share, which holds nothing yet. */
  Share open(Claim claim) {
    return new Share(claim);
  }

  /**
   * @param most bytes that the body may need
   * @param giveUp ends a blocked read from the client; called at most once, with the lock held
   */
  record Claim(long most, Runnable giveUp) {}

  /** The memory of one body. Used by one thread, which closes it. */
  final class Share implements AutoCloseable {
    private final Claim claim;
    private long held; // bytes; guarded by lock, like what follows
    private Deadline idle = Deadline.in(Limits.BODY_IDLE, clock); // counts from its last growth
    private boolean reading;
    private boolean revoked;

    private Share(Claim claim) {
      this.claim = claim;
    }

    /**
     * Takes memory if there is plenty, without waiting.
     *
     * @return false when memory is short
     */
    boolean tryGrow(long bytes) {
      lock.lock();
      try {
        boolean plenty = waiters.isEmpty() && free - bytes >= total / 2;
        return plenty && grant(this, bytes);
      } finally {
        lock.unlock();
      }
    }

    /**
     * Blocks until there is memory for more of the body.
     *
     * @throws OperationFailure EBUSY when there is none in time
     */
    void grow(long bytes) throws OperationFailure {
      lock.lock();
      try {
        Waiter waiter = new Waiter(this, bytes, lock.newCondition());
        waiters.addLast(waiter);
        serve();
        await(waiter);
      } finally {
        lock.unlock();
      }
    }

    /** A read from the client begins: until it ends, the memory may be revoked. */
    void beginReading() {
      lock.lock();
      try {
        reading = true;
      } finally {
        lock.unlock();
      }
    }

    /** The read from the client has ended. */
    void endReading() {
      lock.lock();
      try {
        reading = false;
        idle = Deadline.in(Limits.BODY_IDLE, clock);
        if (holders.remove(this)) {
          holders.add(this);
        }
      } finally {
        lock.unlock();
      }
    }

    /** Whether the memory was revoked, so that the body cannot be completed. */
    boolean isRevoked() {
      lock.lock();
      try {
        return revoked;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        holders.remove(this);
        free += held;
        held = 0;
        serve();
      } finally {
        lock.unlock();
      }
    }

    private long remaining() {
      return claim.most() - held;
    }
  }

  /** How many bodies wait for memory. */
  int waiting() {
    lock.lock();
    try {
      return waiters.size();
    } finally {
      lock.unlock();
    }
  }

  static OperationFailure refusal() {
    return new OperationFailure(
        FailureCode.EBUSY, "Too many bodies are waiting for memory; try again in a moment.");
  }

  private void await(Waiter waiter) throws OperationFailure {
    Deadline end = Deadline.in(Limits.BODY_MEMORY_WAIT, clock);
    Deadline pressure = Deadline.in(Limits.BODY_IDLE, clock);
    try {
      while (waiters.contains(waiter)) {
        if (end.isOver()) {
          throw refusal();
        }
        if (pressure.isOver() && waiters.peekFirst() == waiter) {
          revokeIdle(waiter.share.remaining());
          pressure = Deadline.in(Limits.BODY_IDLE, clock);
        }
        awaitPoll(waiter);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refusal();
    } finally {
      if (waiters.remove(waiter)) {
        serve();
      }
    }
  }

  private void awaitPoll(Waiter waiter) throws InterruptedException {
    long left = POLL_NANOS;
    while (left > 0 && waiters.contains(waiter)) {
      left = waiter.granted.awaitNanos(left);
    }
  }

  /** Grants memory in order of arrival, but skips bodies whose growth would risk a deadlock. */
  private void serve() {
    for (Waiter waiter : List.copyOf(waiters)) {
      if (free <= 0) {
        return;
      }
      if (grant(waiter.share, waiter.bytes)) {
        waiters.remove(waiter);
        waiter.granted.signal();
      }
    }
  }

  private boolean grant(Share share, long bytes) {
    if (free < bytes) {
      return false;
    }
    free -= bytes;
    share.held += bytes;
    holders.remove(share);
    holders.add(share);
    if (isSafe()) {
      share.idle = Deadline.in(Limits.BODY_IDLE, clock);
      return true;
    }
    free += bytes;
    share.held -= bytes;
    if (share.held == 0) {
      holders.remove(share);
    }
    return false;
  }

  /**
   * Whether there is an order in which all can complete: those that need least go first, and each one
   * frees what it holds.
   */
  private boolean isSafe() {
    if (isPlenty()) {
      return true;
    }
    List<Share> all = new ArrayList<>(holders);
    all.sort(Comparator.comparingLong(Share::remaining));
    long available = free;
    for (Share each : all) {
      if (each.remaining() > available) {
        return false;
      }
      available += each.held;
    }
    return true;
  }

  /** The usual case, which needs no order: there is enough for each one alone. */
  private boolean isPlenty() {
    for (Share each : holders) {
      if (each.remaining() > free) {
        return false;
      }
    }
    return true;
  }

  /** Revokes the memory of bodies that have not grown for a while, until this much is freed. */
  private void revokeIdle(long bytes) {
    long got = 0;
    for (Share each : holders) { // the longest idle ones first
      if (got >= bytes) {
        return;
      }
      if (each.reading && !each.revoked && each.idle.isOver()) {
        each.revoked = true;
        each.claim.giveUp().run();
      }
      got += each.revoked ? each.held : 0;
    }
  }
}

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
 * Memory for bodies that grow while they come. Room is given by the banker's algorithm: only when
 * afterwards there is an order in which every body can become as long as it may. So bodies that wait
 * for each other's room always come to an end, and one of a few bytes is no obstacle to others,
 * whatever length it has declared. When room is short all the same, the bodies that hold much and have
 * not grown for a while give way. Thread-safe.
 */
final class GrowthBudget {
  /** Within it, one that waits looks at the clock. */
  private static final long LOOK_NANOS = Duration.ofMillis(250).toNanos();

  private final long total;
  private final MonotonicClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Share> holders = new LinkedHashSet<>(); // the one that grew last is the last one
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private long free; // guarded by lock, as those two

  GrowthBudget(long bytes, MonotonicClock clock) {
    total = bytes;
    free = bytes;
    this.clock = clock;
  }

  private record Waiter(Share share, long bytes, Condition granted) {}

  /** Begins to hold nothing. */
  Share open(Claim claim) {
    return new Share(claim);
  }

  /**
   * @param most bytes that the body may need
   * @param giveUp ends a read that waits for the client; called under a lock, and once
   */
  record Claim(long most, Runnable giveUp) {}

  /** The room of one body. Used by one thread, which closes it. */
  final class Share implements AutoCloseable {
    private final Claim claim;
    private long held; // guarded by lock, as what follows
    private Deadline idle = Deadline.in(Limits.BODY_IDLE, clock); // since it has grown
    private boolean reading;
    private boolean revoked;

    private Share(Claim claim) {
      this.claim = claim;
    }

    /**
     * Takes room if there is plenty.
     *
     * @return false when it has to be saved
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
     * Blocks until there is room for more of the body.
     *
     * @throws OperationFailure EBUSY when there is none for too long
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

    /** The client is waited for: from here on the room may be taken back. */
    void beginReading() {
      lock.lock();
      try {
        reading = true;
      } finally {
        lock.unlock();
      }
    }

    /** Bytes have come, or none will. */
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

    /** Whether the room was taken back: the body will not be complete. */
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

  /** How many bodies wait for room. */
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
        awaitLook(waiter);
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

  private void awaitLook(Waiter waiter) throws InterruptedException {
    long left = LOOK_NANOS;
    while (left > 0 && waiters.contains(waiter)) {
      left = waiter.granted.awaitNanos(left);
    }
  }

  /** In the order of their arrival, but for those whose turn would let all wait for ever. */
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

  /** Whether all can still end: the ones that need least first, each giving back what it holds. */
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

  /** As a rule: each can end at once. */
  private boolean isPlenty() {
    for (Share each : holders) {
      if (each.remaining() > free) {
        return false;
      }
    }
    return true;
  }

  /** Takes back so much, if it can be had from bodies that have not grown for a while. */
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

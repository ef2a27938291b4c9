package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.memory.MemoryAccount;
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
 * The part of the daemon's memory for bodies that grow as they arrive. Memory is granted by the banker's algorithm:
 * only if there is still an order afterwards in which every body can grow to its full length. So bodies cannot
 * deadlock by waiting for each other's memory, and a body of which little has arrived does not block others,
 * whatever length it has declared. When others have taken so much of the daemon's memory that there is no such
 * order, bodies that can end with what is left still get it. When memory is short, bodies that have not grown for a
 * while lose theirs. Answers that are made in memory grow in the same way. Thread-safe.
 */
final class GrowthBudget {
  /** How often a waiting body checks its deadlines. */
  private static final long POLL_NANOS = Duration.ofMillis(250).toNanos();

  private final long total;
  private final MemorySource source;
  private final MonotonicClock clock;
  private final Runnable retry = this::retry; // always the same object, so that it is registered only once
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Reservation> holders = new LinkedHashSet<>(); // the one that has not grown for longest comes first
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private long free; // bytes; guarded by lock, like the two above

  /**
   * @param bytes the most that all bodies may have together
   * @param source where they are taken from
   */
  GrowthBudget(long bytes, MemorySource source, MonotonicClock clock) {
    total = bytes;
    free = bytes;
    this.source = source;
    this.clock = clock;
  }

  /** The most bytes that one body can have. */
  long total() {
    return total;
  }

  /** A body that waits for memory. Not a record: a waiter must be equal to itself only. */
  private static final class Waiter {
    final Reservation reservation;
    final long bytes;
    final Condition granted;

    Waiter(Reservation reservation, long bytes, Condition granted) {
      this.reservation = reservation;
      this.bytes = bytes;
      this.granted = granted;
    }
  }

  /** A new reservation, which holds nothing yet. */
  Reservation open(Claim claim) {
    return new Reservation(claim);
  }

  /**
   * How much a body may grow.
   *
   * @param expected bytes that it needs as far as is known; once it grows beyond them, it is assumed to need
   *     {@code most}
   * @param most bytes that it may need
   * @param giveUp ends a blocked transfer from or to the client; called at most once, with the lock held
   */
  record Claim(long expected, long most, Runnable giveUp) {
    /** For a body of known length. */
    Claim(long bytes, Runnable giveUp) {
      this(bytes, bytes, giveUp);
    }
  }

  /** The memory of one body. Used by one thread, which closes it. */
  final class Reservation implements AutoCloseable {
    private final Claim claim;
    private final MemoryAccount account;
    private long goal; // bytes that it may grow to; guarded by lock, like the fields below
    private long held;
    private Deadline idle = Deadline.in(Limits.BODY_IDLE, clock); // counts from its last growth
    private boolean transferring;
    private boolean revoked;

    private Reservation(Claim claim) {
      this.claim = claim;
      this.goal = Math.min(claim.expected(), total);
      this.account = source.open(this::giveUp);
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
     * @throws OperationFailure EBUSY when there is none in time, EFBIG when there can never be as much
     */
    void grow(long bytes) throws OperationFailure {
      lock.lock();
      try {
        if (held + bytes > total) {
          throw new OperationFailure(
              FailureCode.EFBIG, "The request takes more memory than it can get.");
        }
        Waiter waiter = new Waiter(this, bytes, lock.newCondition());
        waiters.addLast(waiter);
        serve();
        await(waiter);
      } finally {
        lock.unlock();
      }
    }

    /** A transfer from or to the client begins: until it ends, the memory may be revoked. */
    void beginTransfer() {
      lock.lock();
      try {
        transferring = true;
      } finally {
        lock.unlock();
      }
    }

    /** The transfer has ended. */
    void endTransfer() {
      lock.lock();
      try {
        transferring = false;
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

    /** The body is complete: it will not grow any more, and its memory can no longer be revoked. */
    void complete() {
      shrink(0);
      account.close();
    }

    /** Gives some memory back; the body will not need more than what is left. */
    void shrink(long bytes) {
      lock.lock();
      try {
        held -= bytes;
        goal = held;
        free += bytes;
      } finally {
        lock.unlock();
      }
      account.release(source.use(), bytes); // without the lock, because it wakes others
      serveAll();
    }

    /** Gives all memory back. */
    @Override
    public void close() {
      long bytes;
      lock.lock();
      try {
        holders.remove(this);
        bytes = held;
        held = 0;
        free += bytes;
      } finally {
        lock.unlock();
      }
      account.release(source.use(), bytes);
      account.close();
      serveAll();
    }

    private long remaining() {
      return goal - held;
    }

    private boolean giveUp() {
      lock.lock();
      try {
        return revokeIfIdle();
      } finally {
        lock.unlock();
      }
    }

    /** Returns whether this call has revoked it. */
    private boolean revokeIfIdle() {
      boolean now = transferring && !revoked && idle.isOver();
      if (now) {
        revoked = true;
        claim.giveUp().run();
      }
      return now;
    }

    /** Whether the daemon's memory has room for this many bytes more. */
    private boolean hasRoom(long bytes) {
      return bytes <= 0 || account.hasRoom(source.use(), bytes);
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
        FailureCode.EBUSY, "Too many requests are waiting for memory; try again in a moment.");
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
          revokeIdle(waiter.reservation.remaining());
          pressure = Deadline.in(Limits.BODY_IDLE, clock);
        }
        if (!waiter.reservation.hasRoom(waiter.reservation.remaining())) {
          waiter.reservation.account.whenReleased(retry);
        }
        serve();
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

  private void serveAll() {
    lock.lock();
    try {
      serve();
    } finally {
      lock.unlock();
    }
  }

  /** Memory of the daemon was released, perhaps by a thread that holds locks: so it must not wait for this lock. */
  private void retry() {
    if (lock.tryLock()) {
      try {
        serve();
      } finally {
        lock.unlock();
      }
    } // else a waiting body notices it when it checks its deadlines
  }

  /** Grants memory in order of arrival, but skips bodies whose growth would risk a deadlock. */
  private void serve() {
    for (Waiter waiter : List.copyOf(waiters)) {
      if (free <= 0) {
        return;
      }
      if (grant(waiter.reservation, waiter.bytes)) {
        waiters.remove(waiter);
        waiter.granted.signal();
      }
    }
  }

  private boolean grant(Reservation reservation, long bytes) {
    if (free < bytes) {
      return false;
    }
    if (reservation.held + bytes > reservation.goal) {
      reservation.goal = Math.min(reservation.claim.most(), total);
    }
    free -= bytes;
    reservation.held += bytes;
    holders.remove(reservation);
    holders.add(reservation);
    if ((canEnd(reservation, bytes) || isSafe(bytes))
        && reservation.account.tryTake(source.use(), bytes)) {
      reservation.idle = Deadline.in(Limits.BODY_IDLE, clock);
      return true;
    }
    free += bytes;
    reservation.held -= bytes;
    if (reservation.held == 0) {
      holders.remove(reservation);
    }
    return false;
  }

  /**
   * Whether the free memory is enough for a body to grow to its full length.
   *
   * @param pending bytes that have been granted, but not yet taken from the daemon's memory
   */
  private boolean canEnd(Reservation reservation, long pending) {
    return reservation.remaining() <= free
        && reservation.hasRoom(reservation.remaining() + pending);
  }

  /**
   * Whether there is an order in which all can complete: those that need least go first, and each one
   * frees what it holds.
   */
  private boolean isSafe(long pending) {
    List<Reservation> all = new ArrayList<>(holders);
    all.sort(Comparator.comparingLong(Reservation::remaining));
    long freed = 0;
    for (Reservation each : all) {
      long needed = each.remaining() - freed;
      if (needed > free || !each.hasRoom(needed + pending)) {
        return false;
      }
      freed += each.held;
    }
    return true;
  }

  /** Revokes the memory of bodies that have not grown for a while, until this much is freed. */
  private void revokeIdle(long bytes) {
    long got = 0;
    for (Reservation each : holders) { // the longest idle ones first
      if (got >= bytes) {
        return;
      }
      each.revokeIfIdle();
      got += each.revoked ? each.held : 0;
    }
  }
}

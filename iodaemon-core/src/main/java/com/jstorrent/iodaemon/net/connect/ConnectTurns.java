package com.jstorrent.iodaemon.net.connect;

import com.jstorrent.iodaemon.time.MonotonicClock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to connect, when more attempts wait than may be under way (PROTOCOL.md § 4.9).
 *
 * <p>If turns were first come, first served, four hundred peers that are silent for ten seconds each
 * would make a tracker wait for over a minute. Here an attempt that has been silent for its slice
 * passes its turn to one that waits, and continues later with twice the slice. Attempts that have had
 * no turn yet go first, alternately the newest and the oldest; every third turn goes to one that was
 * tried before, so that none starves. If several silent attempts have the same destination, they yield
 * at once to an attempt whose destination has none.
 *
 * <p>Thread-safe. While no attempt waits, a turn lasts as long as its owner likes.
 */
public final class ConnectTurns {
  /** RFC 8305 § 5: the shortest delay recommended before an attempt counts as silent. */
  public static final Duration FIRST_SLICE = Duration.ofMillis(100);

  private static final int MAX_DOUBLINGS = 8; // of the slice, with each further try

  /**
   * Turns are taken back one by one at this interval, not in batches, so that the next one is always
   * near.
   */
  public static final Duration PACE = Duration.ofMillis(2);

  private static final int TURNS_IN_A_CYCLE = 3;

  /** How many to search for one with another destination, so that a turn costs the same however many wait. */
  private static final int LOOK_AHEAD = 64;

  private final MonotonicClock clock;
  private final ReentrantLock lock = new ReentrantLock(); // guards everything below
  private final SequencedSet<Turn> fresh = new LinkedHashSet<>(); // wait for their first turn
  private final SequencedSet<Turn> tried = new LinkedHashSet<>(); // wait for another one
  private final SequencedSet<Turn> running = new LinkedHashSet<>();
  private final Map<String, Integer> destinations = new HashMap<>(); // of those that run
  private final int slots;
  private int grants;
  private long nextYield;
  private boolean tickDue;

  public ConnectTurns(int slots, MonotonicClock clock) {
    this.slots = slots;
    this.clock = clock;
    this.nextYield = clock.nanoTime();
  }

  /** The turns of one attempt to connect to a host and port. */
  public Turn attempt(String destination) {
    return new Turn(destination);
  }

  /** Used by one thread; its fields are guarded by the lock. */
  public final class Turn {
    private final String destination;
    private final Semaphore granted = new Semaphore(0);
    private int tries;
    private long since;
    private @Nullable Runnable onTaken; // null when it has been asked already

    private Turn(String destination) {
      this.destination = destination;
    }

    /**
     * Waits for a turn; {@link #give} must follow.
     *
     * @param giveBack asks the owner, from any thread and without blocking, to give the turn back
     */
    public void take(Runnable giveBack) throws InterruptedException {
      lock.lock();
      try {
        (tries == 0 ? fresh : tried).add(this);
        onTaken = giveBack;
        fill();
      } finally {
        lock.unlock();
      }
      try {
        granted.acquire(); // not under the lock, which thousands may want at once
      } catch (InterruptedException e) {
        giveUp();
        throw e;
      }
    }

    /** Leaves, even if its turn has come just now. */
    private void giveUp() {
      lock.lock();
      try {
        fresh.remove(this);
        tried.remove(this);
        leave(this);
      } finally {
        lock.unlock();
      }
    }

    public void give() {
      lock.lock();
      try {
        leave(this);
      } finally {
        lock.unlock();
      }
    }

    private long slice() {
      return FIRST_SLICE.toNanos() << Math.min(tries - 1, MAX_DOUBLINGS);
    }
  }

  private void leave(Turn turn) {
    if (running.remove(turn)) {
      destinations.computeIfPresent(turn.destination, (key, n) -> n == 1 ? null : n - 1);
    }
    fill();
  }

  private boolean anyWaits() {
    return !fresh.isEmpty() || !tried.isEmpty();
  }

  private void fill() {
    while (running.size() < slots && anyWaits()) {
      Turn next = next();
      fresh.remove(next);
      tried.remove(next);
      next.tries++;
      next.since = clock.nanoTime();
      running.add(next);
      destinations.merge(next.destination, 1, Integer::sum);
      grants++;
      next.granted.release();
    }
    if (anyWaits() && !tickDue) {
      tickDue = true;
      clock.schedule(PACE, this::tick);
    }
  }

  private Turn next() {
    int phase = grants % TURNS_IN_A_CYCLE;
    if (fresh.isEmpty() || phase == 0 && !tried.isEmpty()) {
      return tried.getFirst();
    }
    SequencedSet<Turn> order = phase == 1 ? fresh : fresh.reversed();
    return elsewhere(order).orElse(order.getFirst());
  }

  /** The next one whose destination is not being tried now. */
  private Optional<Turn> elsewhere(SequencedSet<Turn> order) {
    return order.stream()
        .limit(LOOK_AHEAD)
        .filter(turn -> !destinations.containsKey(turn.destination))
        .findFirst();
  }

  /** Asks for the turn that is due to be given back; runs again and again while any attempt waits. */
  private void tick() {
    lock.lock();
    try {
      tickDue = false;
      long now = clock.nanoTime();
      if (anyWaits() && now - nextYield >= 0) {
        due(now).ifPresent(turn -> askBack(turn, now));
      }
      fill();
    } finally {
      lock.unlock();
    }
  }

  private void askBack(Turn turn, long now) {
    Runnable ask = turn.onTaken;
    turn.onTaken = null;
    nextYield = now + PACE.toNanos();
    if (ask != null) {
      ask.run();
    }
  }

  private Optional<Turn> due(long now) {
    boolean yieldAtOnce = elsewhere(fresh.reversed()).isPresent();
    return running.stream()
        .filter(turn -> turn.onTaken != null)
        .filter(
            turn -> {
              long slice = fresh.isEmpty() ? turn.slice() : FIRST_SLICE.toNanos();
              boolean oneOfMany = destinations.getOrDefault(turn.destination, 0) > 1;
              return now - turn.since >= slice || yieldAtOnce && oneOfMany;
            })
        .min(Comparator.comparingLong(turn -> turn.since - now));
  }
}

package com.jstorrent.iodaemon.stream;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Asks the session that opened a file before a range of it is streamed (PROTOCOL.md § 5.5).
 * Thread-safe.
 */
public final class StreamService {
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final Limits limits;
  private final Stats stats;
  private final MonotonicClock clock;
  private final ConcurrentMap<String, List<RangeRequests>> bySession = new ConcurrentHashMap<>();

  /** Shared by all sessions, so that a late answer never matches a request of another session. */
  private final AtomicInteger requestIds = new AtomicInteger();

  public StreamService(Limits limits, Stats stats, MonotonicClock clock) {
    this.clock = clock;
    this.limits = limits;
    this.stats = stats;
  }

  /** Registers a session under its name. Of several with the same name the newest is asked. */
  public void sessionOpened(String name, RangeRequests requests) {
    bySession.merge(
        name,
        List.of(requests),
        (older, newest) -> Stream.concat(newest.stream(), older.stream()).toList());
  }

  public void sessionClosed(String name, RangeRequests requests) {
    bySession.computeIfPresent(
        name,
        (key, all) -> {
          List<RangeRequests> left = all.stream().filter(each -> each != requests).toList();
          return left.isEmpty() ? null : left;
        });
  }

  /**
   * Waits until the session confirms that the bytes are in the file, which may take as long as the
   * download does.
   *
   * @param end inclusive
   * @param isUnwanted whether the bytes are not wanted any more; called a few times a second
   * @return false when the bytes are not wanted any more
   * @throws OperationFailure ERANGE or EBUSY when the session rejects the range; EBUSY when it does
   *     not answer, is gone, or has too many streams waiting
   */
  public boolean awaitRange(
      String session, String fileId, long start, long end, BooleanSupplier isUnwanted)
      throws OperationFailure {
    List<RangeRequests> open = bySession.get(session);
    RangeRequests requests = open == null ? null : open.get(0);
    int id = requestIds.updateAndGet(last -> last == Integer.MAX_VALUE ? 1 : last + 1);
    RangeRequest request = requests == null ? null : requests.ask(id, start, end, fileId);
    if (requests == null || request == null) {
      throw sessionGone();
    }
    try {
      return await(requests, request, isUnwanted);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      requests.cancel(request);
    }
  }

  private boolean await(RangeRequests requests, RangeRequest request, BooleanSupplier isUnwanted)
      throws OperationFailure, InterruptedException {
    Deadline deadline = Deadline.in(limits.rangeAnswer(), clock);
    RangeState known = RangeState.ASKED;
    boolean holdsPermit = false;
    try {
      while (true) {
        RangeState state = request.awaitBeyond(known, Limits.PLAYER_CHECK.toNanos());
        switch (state) {
          case GRANTED -> {
            requests.settle(request);
            return true;
          }
          case REJECTED -> {
            requests.settle(request);
            throw rejected(request.status());
          }
          case OVER -> throw sessionGone();
          case ASKED -> {
            if (deadline.isOver()) {
              throw new OperationFailure(
                  FailureCode.EBUSY, "The client does not say whether these bytes are there.");
            }
          }
          case BLOCKED -> holdsPermit = holdsPermit || acquirePermit(requests);
        }
        if (state == known && isUnwanted.getAsBoolean()) {
          return false;
        }
        known = state;
      }
    } finally {
      if (holdsPermit) {
        requests.waiting().release();
        stats.decrement(Counter.WAITING_STREAMS);
      }
    }
  }

  private boolean acquirePermit(RangeRequests requests) throws OperationFailure {
    if (!requests.waiting().tryAcquire()) {
      throw new OperationFailure(
          FailureCode.EBUSY, "Too many streams are waiting for bytes; try again in a moment.");
    }
    stats.increment(Counter.WAITING_STREAMS);
    return true;
  }

  private static OperationFailure rejected(int status) {
    return status == RANGE_NOT_SATISFIABLE
        ? new OperationFailure(FailureCode.ERANGE, "The client does not have this range.")
        : new OperationFailure(FailureCode.EBUSY, "The client cannot get these bytes now.");
  }

  private static OperationFailure sessionGone() {
    return new OperationFailure(
        FailureCode.EBUSY, "The session that opened this file is not connected.");
  }
}

package com.jstorrent.iodaemon.stream;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Asks the session that has opened a file before bytes of it are streamed (PROTOCOL.md § 5.5).
 * Thread-safe.
 */
public final class StreamService {
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final Limits limits;
  private final Stats stats;
  private final MonotonicClock clock;
  private final ConcurrentMap<String, List<RangeDesk>> desks = new ConcurrentHashMap<>();

  /** For all sessions, so that a late answer never fits the request of another one. */
  private final AtomicInteger requestIds = new AtomicInteger();

  public StreamService(Limits limits, Stats stats, MonotonicClock clock) {
    this.clock = clock;
    this.limits = limits;
    this.stats = stats;
  }

  /** A session of this name answers from here on; the newest one does. */
  public void sessionOpened(String name, RangeDesk desk) {
    desks.merge(
        name,
        List.of(desk),
        (older, newest) -> Stream.concat(newest.stream(), older.stream()).toList());
  }

  public void sessionClosed(String name, RangeDesk desk) {
    desks.computeIfPresent(
        name,
        (key, all) -> {
          List<RangeDesk> left = all.stream().filter(each -> each != desk).toList();
          return left.isEmpty() ? null : left;
        });
  }

  /**
   * Waits until the session says that the bytes are in the file. It may take as
   * long as the network does.
   *
   * @param end inclusive
   * @param playerGone whether nobody wants the bytes any more; asked a few times a second
   * @return false when nobody wants them
   * @throws OperationFailure ERANGE or EBUSY as the session says; EBUSY when it does not answer, is
   *     gone, or has too many streams waiting
   */
  public boolean awaitRange(
      String session, String fileId, long start, long end, BooleanSupplier playerGone)
      throws OperationFailure {
    List<RangeDesk> open = desks.get(session);
    RangeDesk desk = open == null ? null : open.get(0);
    int id = requestIds.updateAndGet(last -> last == Integer.MAX_VALUE ? 1 : last + 1);
    RangeRequest request = desk == null ? null : desk.ask(id, start, end, fileId);
    if (desk == null || request == null) {
      throw sessionGone();
    }
    try {
      return await(desk, request, playerGone);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      desk.cancel(request);
    }
  }

  private boolean await(RangeDesk desk, RangeRequest request, BooleanSupplier playerGone)
      throws OperationFailure, InterruptedException {
    Deadline deadline = Deadline.in(limits.rangeAnswer(), clock);
    RangeState known = RangeState.ASKED;
    boolean holdsPlace = false;
    try {
      while (true) {
        RangeState state = request.awaitBeyond(known, Limits.PLAYER_CHECK.toNanos());
        switch (state) {
          case GRANTED -> {
            desk.settle(request);
            return true;
          }
          case REJECTED -> {
            desk.settle(request);
            throw rejected(request.status());
          }
          case OVER -> throw sessionGone();
          case ASKED -> {
            if (deadline.isOver()) {
              throw new OperationFailure(
                  FailureCode.EBUSY, "The client does not say whether these bytes are there.");
            }
          }
          case BLOCKED -> holdsPlace = holdsPlace || takePlace(desk);
        }
        if (state == known && playerGone.getAsBoolean()) {
          return false;
        }
        known = state;
      }
    } finally {
      if (holdsPlace) {
        desk.waiting().release();
        stats.decrement(Counter.WAITING_STREAMS);
      }
    }
  }

  private boolean takePlace(RangeDesk desk) throws OperationFailure {
    if (!desk.waiting().tryAcquire()) {
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

package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A client that answers range requests: it blocks every range, and downloads those that the test
 * does not hold back. Thread-safe.
 */
final class RangeEngine implements AutoCloseable {
  /** Downloads a range into the file. */
  @FunctionalInterface
  interface Fetch {
    void fetch(long start, long endInclusive) throws Exception;
  }

  private static final long TIMEOUT_SECONDS = 60;

  private final WireClient wire;
  private final Fetch fetch;
  private final Thread reader = new Thread(this::read, "range engine");
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Integer, DaemonFrame.RangeRequest> waiting = new LinkedHashMap<>();
  private final List<DaemonFrame.RangeRequest> granted = new ArrayList<>();
  private final List<Integer> cancelled = new ArrayList<>();
  private Predicate<DaemonFrame.RangeRequest> held = request -> false;
  private Throwable failure;

  RangeEngine(WireClient wire, Fetch fetch) {
    this.wire = wire;
    this.fetch = fetch;
    reader.start();
  }

  private void read() {
    try {
      while (true) {
        handle(wire.nextHoweverLate());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception | AssertionError e) {
      lock.lock();
      failure = e;
      changed.signalAll();
      lock.unlock();
    }
  }

  private void handle(DaemonFrame frame) throws Exception {
    lock.lock();
    try {
      switch (frame) {
        case DaemonFrame.RangeRequest request -> {
          wire.send(new ClientFrame.RangeBlock(request.requestId()));
          waiting.put(request.requestId(), request);
          grantWhatIsNotHeld();
        }
        case DaemonFrame.RangeCancel cancel -> {
          waiting.remove(cancel.requestId());
          cancelled.add(cancel.requestId());
        }
        default -> throw new AssertionError("Unexpected: " + frame);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void grantWhatIsNotHeld() throws Exception {
    for (DaemonFrame.RangeRequest request : List.copyOf(waiting.values())) {
      if (!held.test(request)) {
        fetch.fetch(request.start(), request.end());
        wire.send(new ClientFrame.RangeReady(request.requestId()));
        waiting.remove(request.requestId());
        granted.add(request);
      }
    }
  }

  /** From now on, holds back exactly the ranges that overlap these bytes. */
  void hold(long start, long endExclusive) throws Exception {
    lock.lock();
    try {
      held = request -> request.start() < endExclusive && request.end() >= start;
      grantWhatIsNotHeld();
    } finally {
      lock.unlock();
    }
  }

  void holdNothing() throws Exception {
    hold(0, 0);
  }

  /** Waits until this many ranges are waiting, and returns them. */
  List<DaemonFrame.RangeRequest> awaitWaiting(int count) throws InterruptedException {
    lock.lock(); // until they are copied
    try {
      await(() -> waiting.size() == count, count + " ranges that wait");
      return List.copyOf(waiting.values());
    } finally {
      lock.unlock();
    }
  }

  void awaitGranted(Predicate<DaemonFrame.RangeRequest> which, String name)
      throws InterruptedException {
    await(() -> granted.stream().anyMatch(which), name);
  }

  void awaitCancelled(int requestId) throws InterruptedException {
    await(() -> cancelled.contains(requestId), "RANGE_CANCEL of " + requestId);
  }

  /** The ranges granted so far. */
  List<DaemonFrame.RangeRequest> granted() {
    lock.lock();
    try {
      return List.copyOf(granted);
    } finally {
      lock.unlock();
    }
  }

  private void await(BooleanSupplier condition, String what) throws InterruptedException {
    long left = TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (failure != null) {
          throw new AssertionError("The engine has failed.", failure);
        }
        if (left <= 0) {
          throw new AssertionError(
              "Not seen: %s; waiting %s, granted %s, cancelled %s"
                  .formatted(what, waiting.values(), granted, cancelled));
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    reader.interrupt();
    wire.close();
  }
}

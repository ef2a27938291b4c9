package com.jstorrent.iodaemon.stream;

import com.jstorrent.iodaemon.stream.RangeState.Event;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A RANGE_REQUEST and its state. Thread-safe. */
final class RangeRequest {
  private final int id;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private RangeState state = RangeState.ASKED; // guarded by lock
  private int status; // guarded by lock

  RangeRequest(int id) {
    this.id = id;
  }

  int id() {
    return id;
  }

  /**
   * @param rejection the status of a RANGE_REJECT, otherwise 0
   */
  void on(Event event, int rejection) {
    lock.lock();
    try {
      RangeState next = state.next(event);
      if (next != state) {
        state = next;
        status = rejection;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the state differs from {@code known}, or for {@code nanos}; returns the state. */
  RangeState awaitBeyond(RangeState known, long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (state == known && left > 0) {
        left = changed.awaitNanos(left);
      }
      return state;
    } finally {
      lock.unlock();
    }
  }

  /** The status of RANGE_REJECT, otherwise 0. */
  int status() {
    lock.lock();
    try {
      return status;
    } finally {
      lock.unlock();
    }
  }
}

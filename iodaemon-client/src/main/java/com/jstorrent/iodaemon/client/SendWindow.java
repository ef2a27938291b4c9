package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes a socket may send (PROTOCOL.md § 9.2), and whose turn it is: the bytes of one call are
 * not mixed with those of another. Thread-safe.
 */
final class SendWindow {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long credit; // guarded by lock, like all below
  private boolean busy;
  private @Nullable ExceptionSupplier failure;

  /**
   * @param credit the first credit, in bytes; practically infinite without the capability
   */
  SendWindow(long credit) {
    this.credit = credit;
  }

  /** Waits until no other thread sends. {@link #leave} must follow. */
  void enter(CallTimeout timeout) throws IOException {
    lock.lock();
    try {
      while (busy) {
        check();
        timeout.await(changed);
      }
      check();
      busy = true;
    } finally {
      lock.unlock();
    }
  }

  void leave() {
    lock.lock();
    try {
      busy = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes credit for 1 to {@code wanted} bytes. Blocks while there is none.
   *
   * @return for how many bytes
   */
  int take(int wanted, CallTimeout timeout) throws IOException {
    lock.lock();
    try {
      while (true) {
        check();
        if (credit > 0) {
          int count = (int) Math.min(wanted, credit);
          credit -= count;
          return count;
        }
        timeout.await(changed);
      }
    } finally {
      lock.unlock();
    }
  }

  private void check() throws IOException {
    if (failure != null) {
      throw failure.exception();
    }
  }

  void add(long bytes) {
    lock.lock();
    try {
      credit += bytes;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing can be sent any more. The first reason counts. */
  void end(ExceptionSupplier why) {
    lock.lock();
    try {
      if (failure == null) {
        failure = why;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isOpen() {
    lock.lock();
    try {
      return failure == null;
    } finally {
      lock.unlock();
    }
  }
}

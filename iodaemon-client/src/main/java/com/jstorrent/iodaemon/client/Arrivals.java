package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What has come and was not taken: accepted connections, or datagrams; bounded. Thread-safe. */
final class Arrivals<T> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<T> items = new ArrayDeque<>(); // guarded by lock, as all below
  private final long capacity;
  private long held;
  private @Nullable Failure failure;

  /**
   * @param capacity in whatever unit {@link #offer} has
   */
  Arrivals(long capacity) {
    this.capacity = capacity;
  }

  /**
   * Adds one if there is room for it.
   *
   * @return whether there was
   */
  boolean offer(T item, long size) {
    lock.lock();
    try {
      if (failure != null || held > 0 && held + size > capacity) {
        return false;
      }
      items.add(item);
      held += size;
      changed.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes the next one that has come, of this size. Blocks until there is one. */
  T take(ToLongFunction<T> size, TimeLimit limit) throws IOException {
    lock.lock();
    try {
      while (items.isEmpty()) {
        if (failure != null) {
          throw failure.exception();
        }
        limit.await(changed);
      }
      T item = items.remove();
      held -= size.applyAsLong(item);
      return item;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing comes any more. The first reason counts. */
  void end(Failure why) {
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

  /** Takes everything at once. */
  List<T> takeAll() {
    lock.lock();
    try {
      List<T> all = List.copyOf(items);
      items.clear();
      held = 0;
      return all;
    } finally {
      lock.unlock();
    }
  }
}

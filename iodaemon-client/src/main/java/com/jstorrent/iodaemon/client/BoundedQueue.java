package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A bounded queue of what has arrived and has not been taken yet: accepted connections or datagrams. Thread-safe. */
final class BoundedQueue<T> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<T> items = new ArrayDeque<>(); // guarded by lock, like all below
  private final long capacity;
  private long held;
  private @Nullable ExceptionSupplier failure;

  /**
   * @param capacity in the unit of the sizes that {@link #offer} is given
   */
  BoundedQueue(long capacity) {
    this.capacity = capacity;
  }

  /**
   * Adds an item if there is room for it.
   *
   * @return whether it was added
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

  /** Takes the oldest item; {@code size} tells the size that it was offered with. Blocks until there is an item. */
  T take(ToLongFunction<T> size, CallTimeout timeout) throws IOException {
    lock.lock();
    try {
      while (items.isEmpty()) {
        if (failure != null) {
          throw failure.exception();
        }
        timeout.await(changed);
      }
      T item = items.remove();
      held -= size.applyAsLong(item);
      return item;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more will arrive. The first reason counts. */
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

package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a peer has sent and the application has not read. With credit (PROTOCOL.md § 9.2) the peer is
 * granted as many bytes as were read, and more when the application had read everything by then: the window
 * doubles, because it may be what holds the peer up. So there is never more here than the largest window and
 * the rest of a TLS record. Without credit, {@link #add} blocks while the buffer is full. Thread-safe.
 */
final class ReceiveBuffer {
  private final ReentrantLock reading = new ReentrantLock(); // before lock; guards what is in a part
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<ByteBuffer> parts = new ArrayDeque<>(); // guarded by lock, as all below
  private final int largest;
  private final @Nullable IntConsumer grant;
  private int window;
  private int held;
  private int taken; // since the last grant
  private boolean ended;
  private boolean discarding;
  private @Nullable Failure failure;

  /**
   * @param window bytes that the peer may be ahead of the application at first
   * @param largest what the window may grow to
   * @param grant lets the peer send so many bytes more, and never blocks; null without credit
   */
  ReceiveBuffer(int window, int largest, @Nullable IntConsumer grant) {
    this.window = window;
    this.largest = largest;
    this.grant = grant;
  }

  /** Adds what the peer has sent; the buffer's content must not change any more. */
  void add(ByteBuffer data) throws InterruptedException {
    lock.lock();
    try {
      while (grant == null && held >= window && !discarding && !ended) {
        changed.await();
      }
      if (!discarding && !ended && data.hasRemaining()) {
        parts.add(data);
        held += data.remaining();
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The peer sends no more. What it has sent before can be read. */
  void end() {
    end(null);
  }

  /** The same, with an exception in place of the end of the stream. */
  void end(@Nullable Failure why) {
    lock.lock();
    try {
      if (!ended) {
        ended = true;
        failure = why;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The application reads no more. */
  void discard() {
    lock.lock();
    try {
      discarding = true;
      parts.clear();
      held = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isWanted() {
    lock.lock();
    try {
      return !discarding;
    } finally {
      lock.unlock();
    }
  }

  /** Drops what was not read; the peer may send as much again. */
  void drop() {
    int granted;
    lock.lock();
    try {
      parts.clear();
      granted = due(held);
      held = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    grant(granted);
  }

  private void grant(int bytes) {
    if (bytes > 0 && grant != null) {
      grant.accept(bytes);
    }
  }

  int available() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads what is there, and blocks when nothing is.
   *
   * @return -1 at the end of the stream
   */
  int read(ByteBuffer into, TimeLimit limit) throws IOException {
    limit.acquire(reading); // another reader may wait for the peer
    try {
      ByteBuffer part = awaitPart(limit);
      if (part == null) {
        return -1;
      }
      int count = 0;
      do { // without the lock, so that the next part can be added meanwhile
        int size = Math.min(part.remaining(), into.remaining());
        into.put(part.slice(part.position(), size));
        part.position(part.position() + size);
        count += size;
        part = taken(part, size);
      } while (part != null && into.hasRemaining());
      return count;
    } finally {
      reading.unlock();
    }
  }

  private @Nullable ByteBuffer awaitPart(TimeLimit limit) throws IOException {
    lock.lock();
    try {
      while (parts.isEmpty()) {
        if (discarding) {
          throw new ClosedChannelException();
        }
        if (ended) {
          if (failure != null) {
            throw failure.exception();
          }
          return null;
        }
        limit.await(changed);
      }
      return parts.peek();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Accounts for bytes of the first part, and returns what follows them. Nothing does if that part was dropped
   * meanwhile: what came after TLS began must not follow plain text in one read.
   */
  private @Nullable ByteBuffer taken(ByteBuffer part, int size) {
    int granted;
    ByteBuffer next;
    lock.lock();
    try {
      if (parts.peek() != part) {
        return null;
      }
      if (!part.hasRemaining()) {
        parts.remove();
      }
      held -= size;
      granted = due(size);
      if (grant == null) {
        changed.signalAll();
      }
      next = parts.peek();
    } finally {
      lock.unlock();
    }
    grant(granted);
    return next;
  }

  /** Grants come when half of the window was read: each one is a frame. */
  private int due(int count) {
    taken += count;
    if (ended || taken < window / 2) {
      return 0;
    }
    int all = taken + (held == 0 ? growth() : 0);
    taken = 0;
    return all;
  }

  /** By how many bytes the window grows. */
  private int growth() {
    int more = Math.max(0, Math.min(window, largest - window));
    window += more;
    return more;
  }
}

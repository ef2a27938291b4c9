package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
  /** With so many parts those of a few bytes are put together: each takes some hundred bytes besides its data. */
  private static final int MANY_PARTS = 16;

  private static final int SMALL_BYTES = 1 << 10;
  private static final int GATHERED_BYTES = 8 << 10;

  private final ReentrantLock reading = new ReentrantLock(); // before lock; guards what is in a part
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<ReceivedData> parts = new ArrayDeque<>(); // guarded by lock, as all below
  private final int largest;
  private final @Nullable IntConsumer grant;
  private @Nullable ReceivedData gathered; // the last part, if more can be added to it
  private @Nullable ReceivedData copied; // by the reader, without the lock: it releases it
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

  /** Adds what the peer has sent, whose content must not change before it is released. */
  void add(ReceivedData data) throws InterruptedException {
    boolean added = false;
    lock.lock();
    try {
      while (grant == null && held >= window && !discarding && !ended) {
        changed.await();
      }
      if (!discarding && !ended && data.bytes().hasRemaining()) {
        held += data.bytes().remaining();
        added = !gather(data.bytes());
        if (added) {
          parts.add(data);
        }
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (!added) {
      data.release().run();
    }
  }

  /**
   * Copies a part behind many others if it is small, or if there is room for it; the reader, who uses the first one
   * only, is not there yet.
   */
  private boolean gather(ByteBuffer bytes) {
    int count = bytes.remaining();
    if (parts.size() < MANY_PARTS) {
      return false;
    }
    ReceivedData last = gathered;
    if (last == null
        || last != parts.peekLast()
        || last.bytes().capacity() - last.bytes().limit() < count) {
      if (count > SMALL_BYTES) {
        return false;
      }
      last = new ReceivedData(ByteBuffer.allocate(GATHERED_BYTES).limit(0), () -> {});
      parts.add(last);
      gathered = last;
    }
    int end = last.bytes().limit();
    last.bytes().limit(end + count).put(end, bytes, bytes.position(), count);
    return true;
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
    List<ReceivedData> dropped;
    lock.lock();
    try {
      discarding = true;
      dropped = clear();
    } finally {
      lock.unlock();
    }
    dropped.forEach(part -> part.release().run());
  }

  /** Returns what is to be released. */
  private List<ReceivedData> clear() {
    List<ReceivedData> dropped = new ArrayList<>(parts);
    dropped.removeIf(part -> part == copied);
    parts.clear();
    gathered = null;
    held = 0;
    changed.signalAll();
    return dropped;
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
    List<ReceivedData> dropped;
    lock.lock();
    try {
      granted = due(held);
      dropped = clear();
    } finally {
      lock.unlock();
    }
    dropped.forEach(part -> part.release().run());
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
      ReceivedData part = awaitPart(limit);
      if (part == null) {
        return -1;
      }
      int count = 0;
      do { // without the lock, so that the next part can be added meanwhile
        ByteBuffer bytes = part.bytes();
        int size = Math.min(bytes.remaining(), into.remaining());
        into.put(bytes.slice(bytes.position(), size));
        bytes.position(bytes.position() + size);
        count += size;
        part = taken(part, size, into.hasRemaining());
      } while (part != null);
      return count;
    } finally {
      reading.unlock();
    }
  }

  private @Nullable ReceivedData awaitPart(TimeLimit limit) throws IOException {
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
      copied = parts.peek();
      return copied;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Accounts for bytes of the first part, and returns what is to be read next, if more is. Nothing is if that part
   * was dropped meanwhile: what came after TLS began must not follow plain text in one read.
   */
  private @Nullable ReceivedData taken(ReceivedData part, int size, boolean more) {
    int granted = 0;
    boolean done;
    ReceivedData next = null;
    lock.lock();
    try {
      boolean dropped = parts.peek() != part;
      done = dropped || !part.bytes().hasRemaining();
      if (!dropped) {
        if (done) {
          parts.remove();
        }
        held -= size;
        granted = due(size);
        if (grant == null) {
          changed.signalAll();
        }
        next = more ? parts.peek() : null;
      }
      copied = next;
    } finally {
      lock.unlock();
    }
    if (done) {
      part.release().run();
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

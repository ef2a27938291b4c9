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
 * What a peer has sent and the application has not read yet. With credit (PROTOCOL.md § 9.2) the peer is granted as
 * many bytes as were read. When the application has read everything by the time of a grant, the window also
 * doubles, because it may be what holds the peer up. So the buffer never holds more than the largest window and the
 * rest of a TLS record. Without credit, {@link #add} blocks while the buffer is full. Thread-safe.
 */
final class ReceiveBuffer {
  /** From this many parts on, small ones are copied together: each part takes some hundred bytes besides its data. */
  private static final int MANY_PARTS = 16;

  private static final int SMALL_BYTES = 1 << 10;
  private static final int GATHERED_BYTES = 8 << 10;

  private final ReentrantLock reading = new ReentrantLock(); // taken before lock; guards the contents of a part
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<ReceivedData> parts = new ArrayDeque<>(); // guarded by lock, like all below
  private final int largest;
  private final @Nullable IntConsumer grant;
  private @Nullable ReceivedData gathered; // the last part, if more can be added to it
  private @Nullable ReceivedData copied; // the part that the reader copies from without the lock; the reader releases it
  private int window;
  private int held;
  private int taken; // bytes read since the last grant
  private boolean ended;
  private boolean discarding;
  private @Nullable ExceptionSupplier failure;

  /**
   * @param window how many bytes the peer may be ahead of the application at first
   * @param largest what the window may grow to
   * @param grant lets the peer send that many bytes more, and never blocks; null without credit
   */
  ReceiveBuffer(int window, int largest, @Nullable IntConsumer grant) {
    this.window = window;
    this.largest = largest;
    this.grant = grant;
  }

  /** Adds data from the peer, whose content must not change before it is released. */
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
   * When many parts wait, copies this one to the end of the last part if it fits there, or into a new part if it is
   * small; returns whether it did. The last part may be changed, because the reader uses the first part only.
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

  /** The peer sends no more. What it has sent before can still be read. */
  void end() {
    end(null);
  }

  /** The same, with an exception in place of the end of the stream. */
  void end(@Nullable ExceptionSupplier why) {
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

  /** Empties the buffer, and returns the parts that have to be released. */
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
   * Reads what is there; blocks while there is nothing.
   *
   * @return -1 at the end of the stream
   */
  int read(ByteBuffer into, CallTimeout timeout) throws IOException {
    timeout.acquire(reading); // another reader may hold it while it waits for the peer
    try {
      ReceivedData part = awaitPart(timeout);
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

  private @Nullable ReceivedData awaitPart(CallTimeout timeout) throws IOException {
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
        timeout.await(changed);
      }
      copied = parts.peek();
      return copied;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Accounts for bytes that were read from the first part, and returns the part to continue with, or null when the
   * read is complete. It is also complete when that part was dropped meanwhile: what came after TLS began must not
   * follow plain text in one read.
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

  /** Returns how many bytes to grant: none before half of the window was read, because each grant costs a frame. */
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

package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.stream.PeerStream;
import com.jstorrent.iodaemon.net.stream.SendQueue;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Data from a client to one peer: written directly while nothing waits, otherwise queued. The lock is
 * held for one non-blocking write at a time; nothing is called back.
 */
final class PeerOutput {

  /** The outcome of {@link #flush}. */
  enum Flushed {
    /** The peer takes no more now. */
    MORE,
    /** Nothing is left; the end of the output, if it was requested, is written too. */
    DONE,
    /** What came before TCP_SECURE is written; the rest has to wait for the handshake. */
    AT_BARRIER,
    /** The output is to end, but the client's reader still has the remainder of a partly written frame. */
    AWAITS_REMAINDER,
    BROKEN
  }

  private final SendBudget budget;
  private final Stats stats;
  private final MonotonicClock clock;
  private final Meter meter;
  private final ReentrantLock lock = new ReentrantLock();
  private final SendQueue queue; // guarded by lock
  private @Nullable PeerStream stream; // guarded by lock; null until connected
  private boolean broken; // guarded by lock
  private volatile boolean endWanted; // changed under the lock
  private int unqueued; // guarded by lock; bytes of a partly written frame that the client's reader still has
  private boolean ended; // guarded by lock
  private @Nullable Errno failure; // guarded by lock; why it is broken
  private volatile int heldBytes;
  private volatile long stallTimerStart; // when the peer last took a byte, or the first one had to wait

  /**
   * @param segments the pool for bytes that wait
   */
  PeerOutput(
      SendBudget budget, BufferPool segments, Stats stats, MonotonicClock clock, Meter meter) {
    this.budget = budget;
    this.stats = stats;
    this.clock = clock;
    this.meter = meter;
    this.queue = new SendQueue(segments);
  }

  /** Bytes that wait for the peer; any thread may ask. */
  long bytes() {
    return queue.bytes() + heldBytes;
  }

  /** When the peer last took a byte of what waits, or when that began to wait; any thread may ask. */
  long stallTimerStart() {
    return stallTimerStart;
  }

  /** Restarts the time since the peer last took a byte. Any thread. */
  void resetStallTimer() {
    stallTimerStart = clock.nanoTime();
  }

  /** Whether an encrypted record is not fully written yet; any thread may ask. */
  boolean holdsRecord() {
    return heldBytes > 0;
  }

  /** Begins to write to this connection; returns whether something was queued before and must be flushed. */
  boolean connected(PeerStream connection) {
    lock.lock();
    try {
      stream = connection;
      return !queue.isEmpty() || queue.hasBarrier() || endWanted;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes what the peer takes at once, unless older bytes wait. Once the peer has taken a part, the
   * output does not end before the rest has been written or queued, too.
   *
   * @param following how many more bytes of the same frame come after these
   * @return the failure, if this write has failed; otherwise null
   */
  @Nullable
  Errno write(int following, ByteBuffer... data) {
    lock.lock();
    try {
      if (ended) {
        for (ByteBuffer part : data) {
          part.position(part.limit()); // the socket is over already, and TCP_CLOSE on its way
        }
        return null;
      }
      if (stream != null && queue.isEmpty() && !queue.hasBarrier() && !broken) {
        long written = stream.write(data);
        stats.add(Counter.BYTES_SENT, written);
        if (written > 0) {
          unqueued = following + remaining(data);
        }
        int held = stream.heldBytes();
        if (held != heldBytes) { // a volatile write costs something, so not without need
          heldBytes = held;
        }
      }
      return null;
    } catch (IOException e) {
      return breakOff(e);
    } finally {
      lock.unlock();
    }
  }

  /** The bytes of all these buffers together. */
  static int remaining(ByteBuffer... data) {
    int bytes = 0;
    for (ByteBuffer part : data) {
      bytes += part.remaining();
    }
    return bytes;
  }

  /**
   * Queues what {@link #write} left; after a failure it is dropped.
   *
   * @return whether the peer writer has to watch for room from now on
   */
  boolean enqueue(ByteBuffer data, boolean wanted) {
    lock.lock();
    try {
      unqueued = Math.max(0, unqueued - data.remaining());
      if (broken || !wanted) {
        return false;
      }
      boolean wasEmpty = queue.isEmpty();
      if (wasEmpty) {
        resetStallTimer();
      }
      long capacity = queue.capacity();
      budget.queued(data.remaining());
      queue.add(data);
      budget.grown(queue.capacity() - capacity);
      return wasEmpty && stream != null && !queue.hasBarrier();
    } finally {
      lock.unlock();
    }
  }

  /** Whether bytes that the client has sent are still not written; any thread may ask. */
  boolean isIncomplete() {
    lock.lock();
    try {
      return unqueued > 0 || bytes() > 0;
    } finally {
      lock.unlock();
    }
  }

  /** Whether everything is written, and the end of the output too; any thread may ask. */
  boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Writes what is queued, as much as the peer takes now. */
  Flushed flush() {
    long before = 0;
    long after = 0;
    long freed = 0;
    int held = 0;
    lock.lock();
    try {
      before = queue.bytes();
      freed = queue.capacity();
      held = heldBytes;
      return stream == null || broken
          ? broken ? Flushed.BROKEN : Flushed.MORE
          : flush(stream);
    } catch (IOException e) {
      breakOff(e);
      return Flushed.BROKEN;
    } finally {
      after = queue.bytes();
      freed -= queue.capacity();
      if (after < before || heldBytes < held) {
        resetStallTimer();
      }
      lock.unlock();
      stats.add(Counter.BYTES_SENT, before - after);
      if (before > after) {
        budget.grown(-freed);
        budget.queued(after - before);
        meter.moved();
      }
    }
  }

  private Flushed flush(PeerStream connection) throws IOException {
    try {
      if (!connection.flush()) {
        return Flushed.MORE;
      }
      queue.writeTo(connection);
      if (queue.hasBarrier()) {
        return queue.atBarrier() ? Flushed.AT_BARRIER : Flushed.MORE;
      }
      if (!queue.isEmpty() || !connection.flush()) {
        return Flushed.MORE;
      }
      if (endWanted && unqueued > 0) {
        return Flushed.AWAITS_REMAINDER;
      }
      if (endWanted && !ended) {
        ended = connection.shutdownOutput();
        return ended ? Flushed.DONE : Flushed.MORE;
      }
      return Flushed.DONE;
    } finally {
      heldBytes = connection.heldBytes();
    }
  }

  /** Requests the end of the output after what is queued; the next {@link #flush} carries it out. */
  void end() {
    lock.lock();
    try {
      endWanted = true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #end} has been called; any thread may ask. */
  boolean endWanted() {
    return endWanted;
  }

  /**
   * Holds back what is queued from here on until {@link #encrypted}.
   *
   * @return whether there is a connection, so that the output must be flushed
   */
  boolean raiseBarrier() {
    lock.lock();
    try {
      queue.raiseBarrier();
      return stream != null;
    } finally {
      lock.unlock();
    }
  }

  /** From here on everything goes through this stream; what is queued still waits. */
  void replace(PeerStream encrypting) {
    lock.lock();
    try {
      stream = encrypting;
    } finally {
      lock.unlock();
    }
  }

  /** Releases what was held back, because the handshake is over. */
  void encrypted() {
    lock.lock();
    try {
      queue.liftBarrier();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Why writing has failed, or null. Takes the lock, so that a write that has just failed has also
   * recorded it.
   */
  @Nullable
  Errno failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  /** Discards what is queued; nothing is written any more. */
  void discard() {
    long freed = 0;
    long cleared = 0;
    lock.lock();
    try {
      freed = queue.capacity();
      cleared = queue.clear();
      broken = true;
      heldBytes = 0;
      if (stream != null) {
        stream.discard();
      }
    } finally {
      lock.unlock();
      budget.grown(-freed); // without the lock, because this call runs those who wait for memory
      budget.queued(-cleared);
    }
  }

  private Errno breakOff(IOException e) {
    broken = true;
    failure = Errno.of(e);
    return failure;
  }
}

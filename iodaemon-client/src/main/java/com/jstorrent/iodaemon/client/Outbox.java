package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.FrameWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The frames on their way to the daemon, in order: those that are not sent yet, and, for a session that can be
 * resumed, those that the daemon has not acknowledged yet (PROTOCOL.md § 9.3). Both are bounded in bytes; at a
 * bound {@link #put} blocks. One thread takes frames, any thread may put them.
 */
final class Outbox {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition work = lock.newCondition();
  private final Condition drained = lock.newCondition();
  private final Deque<ByteBuffer> unsent = new ArrayDeque<>(); // guarded by lock, like all below
  private final Deque<ByteBuffer> unacknowledged = new ArrayDeque<>();
  private final long queueBytes;
  private final long replayBytes;
  private long unsentBytes;
  private long unacknowledgedBytes;
  private long acknowledged; // frames
  private boolean keeping;
  private boolean sending;
  private long received; // frames, for ACK
  private boolean ackDue;
  private @Nullable FrameLink link;
  private @Nullable ExceptionSupplier refusal; // why put() fails, while what was put before is still sent
  private @Nullable ExceptionSupplier failure;

  Outbox(long queueBytes, long replayBytes) {
    this.queueBytes = queueBytes;
    this.replayBytes = replayBytes;
  }

  /** A frame, the connection that it is to be sent on, and whether another one follows at once. */
  record Outgoing(FrameLink link, ByteBuffer frame, boolean more) {}

  /**
   * Starts sending.
   *
   * @param keep whether frames are kept until they are acknowledged
   */
  void start(FrameLink first, boolean keep) {
    lock.lock();
    try {
      link = first;
      keeping = keep;
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** This connection is lost; nothing is sent until {@link #resume}. Does nothing when there is another one by now. */
  void detach(FrameLink lost) {
    lock.lock();
    try {
      if (link == lost) {
        link = null;
        ackDue = false; // RESUME will carry the count
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Continues on another connection, after the frames that the daemon has already handled.
   *
   * @return false when that number is impossible
   */
  boolean resume(FrameLink next, long handled) {
    lock.lock();
    try {
      if (!acknowledgeLocked(handled)) {
        return false;
      }
      while (!unacknowledged.isEmpty()) {
        ByteBuffer frame = unacknowledged.removeLast();
        unsent.addFirst(frame);
        unsentBytes += frame.remaining();
      }
      unacknowledgedBytes = 0;
      link = next;
      work.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The daemon can no longer resume the session, so frames need not be kept. */
  void stopKeeping() {
    lock.lock();
    try {
      keeping = false;
      unacknowledged.clear();
      unacknowledgedBytes = 0;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Handles an ACK from the daemon.
   *
   * @return false when it acknowledges frames that were never sent
   */
  boolean acknowledge(long frames) {
    lock.lock();
    try {
      return !keeping || acknowledgeLocked(frames);
    } finally {
      lock.unlock();
    }
  }

  private boolean acknowledgeLocked(long frames) {
    if (frames < acknowledged || frames > acknowledged + unacknowledged.size()) {
      return false;
    }
    for (; acknowledged < frames; acknowledged++) {
      unacknowledgedBytes -= unacknowledged.remove().remaining();
    }
    room.signalAll();
    return true;
  }

  /** Has an ACK sent soon, with this number of frames or a later one. Never blocks. */
  void acknowledgeReceived(long frames) {
    lock.lock();
    try {
      received = frames;
      ackDue = link != null;
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a frame when there is room for it. Blocks until then.
   *
   * @param wanted is asked after the waiting, so that nothing is added after the last frame of a socket
   * @return whether it was wanted
   */
  boolean put(ByteBuffer frame, BooleanSupplier wanted, CallTimeout timeout) throws IOException {
    lock.lock();
    try {
      while (true) {
        if (refusal != null) {
          throw refusal.exception();
        }
        if (!wanted.getAsBoolean()) {
          return false;
        }
        if (hasRoom(frame.remaining())) {
          add(frame);
          return true;
        }
        timeout.await(room);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(int bytes) {
    long kept = unsentBytes + unacknowledgedBytes;
    return kept == 0
        || (unsentBytes == 0 || unsentBytes + bytes <= queueBytes)
            && (!keeping || kept + bytes <= replayBytes);
  }

  /**
   * Adds a small frame regardless of the bounds: one that ends something, or grants credit. Each socket has only a
   * few of these. Never blocks.
   */
  void putControl(ClientFrame frame) {
    lock.lock();
    try {
      if (failure == null) {
        add(FrameWriter.write(frame, 0));
      }
    } finally {
      lock.unlock();
    }
  }

  private void add(ByteBuffer frame) {
    unsent.add(frame);
    unsentBytes += frame.remaining();
    work.signal();
  }

  /** Makes {@link #put} ask again whether its frame is wanted. */
  void recheck() {
    lock.lock();
    try {
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the next frame to send. Blocks until there is one and a connection.
   *
   * @return null when the session has ended
   */
  @Nullable
  Outgoing take() throws InterruptedException {
    lock.lock();
    try {
      sending = false;
      while (failure == null) {
        Outgoing next = link == null ? null : next(link);
        if (next != null) {
          sending = true;
          return next;
        }
        drained.signalAll();
        work.await();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Outgoing next(FrameLink to) {
    if (ackDue) {
      ackDue = false;
      ByteBuffer ack = FrameWriter.write(new ClientFrame.Ack(0, received), 0);
      return new Outgoing(to, ack, !unsent.isEmpty());
    }
    ByteBuffer frame = unsent.poll();
    if (frame == null) {
      return null;
    }
    unsentBytes -= frame.remaining();
    if (keeping) {
      unacknowledged.add(frame);
      unacknowledgedBytes += frame.remaining();
    }
    room.signalAll();
    return new Outgoing(to, frame.duplicate(), !unsent.isEmpty());
  }

  /**
   * Accepts no more frames from {@link #put}. Blocks until all frames are sent on a connection that stands, or the
   * session is over. A connection that is lost may be replaced; then what it has not delivered is sent again.
   *
   * @param why the reason with which {@link #put} fails from now on
   */
  void drain(ExceptionSupplier why, CallTimeout timeout) throws InterruptedIOException {
    lock.lock();
    try {
      refuse(why);
      while (failure == null && (link == null || sending || !unsent.isEmpty())) {
        timeout.await(drained);
      }
    } finally {
      lock.unlock();
    }
  }

  private void refuse(ExceptionSupplier why) {
    if (refusal == null) {
      refusal = why;
    }
    room.signalAll();
  }

  /** Nothing is sent any more. */
  void fail(ExceptionSupplier why) {
    lock.lock();
    try {
      if (failure == null) {
        failure = why;
        refuse(why);
        unsent.clear();
        unacknowledged.clear();
        work.signalAll();
        drained.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }
}

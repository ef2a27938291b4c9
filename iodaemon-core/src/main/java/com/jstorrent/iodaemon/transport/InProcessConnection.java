package com.jstorrent.iodaemon.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The daemon's end of a connection in this process: a queue of frames, bounded in bytes. */
final class InProcessConnection implements FrameConnection {
  /**
   * How many bytes may wait for the client; beyond that, {@link #send} blocks. A larger frame waits
   * alone.
   */
  private static final int QUEUE_BYTES = 1 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<ByteBuffer> frames = new ArrayDeque<>(); // guarded by lock
  private int queuedBytes; // guarded by lock
  private boolean ended; // guarded by lock
  private @Nullable CloseReason reason; // guarded by lock
  private Runnable onEnd = () -> {}; // guarded by lock

  /** Sets what runs, once, when the connection has ended. */
  void onEnd(Runnable action) {
    boolean late;
    lock.lock();
    try {
      onEnd = action;
      late = ended;
    } finally {
      lock.unlock();
    }
    if (late) {
      action.run();
    }
  }

  @Override
  public int headroom() {
    return 0;
  }

  @Override
  public void send(ByteBuffer frame) throws IOException {
    int size = frame.remaining();
    lock.lock();
    try {
      while (!ended && queuedBytes > 0 && queuedBytes + size > QUEUE_BYTES) {
        changed.awaitUninterruptibly();
      }
      if (ended) {
        throw new ClosedChannelException();
      }
      frames.add(ByteBuffer.allocate(size).put(frame).flip());
      queuedBytes += size;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void flush() throws IOException {
    if (ended()) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public void close(CloseReason why) {
    end(why);
  }

  @Override
  public void abort() {
    end(null);
  }

  @Override
  public void probe() {}

  private void end(@Nullable CloseReason why) {
    Runnable tell;
    lock.lock();
    try {
      if (ended) {
        return;
      }
      ended = true;
      reason = why;
      tell = onEnd;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    tell.run();
  }

  boolean ended() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  @Nullable
  CloseReason reason() {
    lock.lock();
    try {
      return reason;
    } finally {
      lock.unlock();
    }
  }

  @Nullable
  ByteBuffer take(Duration timeout) throws IOException, InterruptedException {
    long left = TimeUnit.NANOSECONDS.convert(timeout); // which may be longer than a long can tell
    lock.lock();
    try {
      while (frames.isEmpty() && !ended && left > 0) {
        left = changed.awaitNanos(left);
      }
      ByteBuffer frame = frames.poll();
      if (frame == null && ended) {
        throw new ClosedChannelException();
      }
      if (frame != null) {
        queuedBytes -= frame.remaining();
        changed.signalAll();
      }
      return frame;
    } finally {
      lock.unlock();
    }
  }
}

package com.jstorrent.iodaemon.testkit.transport;

import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One direction of a connection. It holds one frame. */
final class Pipe {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private byte @Nullable [] frame; // guarded by lock
  private boolean ended; // guarded by lock

  /** Waits until there is room. */
  void put(byte[] bytes) throws ClosedChannelException {
    lock.lock();
    try {
      while (frame != null && !ended) {
        changed.awaitUninterruptibly();
      }
      if (ended) {
        throw new ClosedChannelException();
      }
      frame = bytes;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a frame; null is the end. */
  byte @Nullable [] take() {
    lock.lock();
    try {
      while (frame == null && !ended) {
        changed.awaitUninterruptibly();
      }
      byte[] taken = frame;
      frame = null;
      changed.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Ends it after the frame that it holds. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends it and throws away what it holds. */
  void breakOff() {
    lock.lock();
    try {
      ended = true;
      frame = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean hasEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }
}

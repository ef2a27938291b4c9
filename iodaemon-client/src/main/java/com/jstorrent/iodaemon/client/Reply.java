package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A frame that a thread waits for. The first answer or failure counts. Thread-safe. */
final class Reply {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable DaemonFrame frame; // guarded by lock
  private @Nullable ExceptionSupplier failure; // guarded by lock

  void complete(DaemonFrame answer) {
    settle(answer, null);
  }

  void fail(ExceptionSupplier why) {
    settle(null, why);
  }

  private void settle(@Nullable DaemonFrame answer, @Nullable ExceptionSupplier why) {
    lock.lock();
    try {
      if (frame == null && failure == null) {
        frame = answer;
        failure = why;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Blocks until the frame is there. */
  DaemonFrame await(CallTimeout timeout) throws IOException {
    lock.lock();
    try {
      while (true) {
        if (failure != null) {
          throw failure.exception();
        }
        if (frame != null) {
          return frame;
        }
        timeout.await(changed);
      }
    } finally {
      lock.unlock();
    }
  }
}

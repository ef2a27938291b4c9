package com.jstorrent.iodaemon.net.relay;

import com.jstorrent.iodaemon.time.MonotonicClock;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the one thread that reads a client waits until there is room again. The thread that makes
 * room calls {@link #signal} after the change is visible; a signal without a waiting reader costs one
 * read.
 */
public final class ReaderGate {
  private final MonotonicClock clock;
  private volatile @Nullable Thread waiter;
  private volatile boolean released;

  public ReaderGate(MonotonicClock clock) {
    this.clock = clock;
  }

  /**
   * Waits until {@code room} holds, the time is over or the gate is released. Called by the
   * reader only; an interrupt does not end the wait, but is kept.
   *
   * @return whether {@code room} holds
   */
  public boolean await(BooleanSupplier room, long nanos) {
    if (room.getAsBoolean()) {
      return true;
    }
    long deadline = clock.nanoTime() + nanos;
    boolean interrupted = false;
    waiter = Thread.currentThread();
    try {
      while (!room.getAsBoolean()) {
        long left = deadline - clock.nanoTime();
        if (released || left <= 0) {
          return false;
        }
        clock.park(left);
        interrupted |= Thread.interrupted();
      }
      return true;
    } finally {
      waiter = null;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  public boolean isReleased() {
    return released;
  }

  public void signal() {
    LockSupport.unpark(waiter);
  }

  /** Ends this wait and every later one, because the connection has ended. */
  public void release() {
    released = true;
    signal();
  }

  /** Lets readers wait again, because another connection takes over, with another reader. */
  public void reset() {
    released = false;
  }
}

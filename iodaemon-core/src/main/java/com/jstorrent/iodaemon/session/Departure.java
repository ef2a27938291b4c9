package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.net.ClientSockets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a session's sockets when its two threads have left: released at once, or parked
 * for the time of grace (docs/PROTOCOL.md § 9.3), in which another session may collect them, once.
 * Thread-safe.
 */
final class Departure {
  private final Parking parking;
  private final ReentrantLock lock = new ReentrantLock();
  private final CountDownLatch settled = new CountDownLatch(1);
  private boolean relayLeft; // guarded by lock
  private boolean readerLeft; // guarded by lock
  private boolean decided; // guarded by lock
  private boolean lost; // guarded by lock
  private @Nullable ClientSockets sockets; // guarded by lock; whoever takes them looks after them
  private Runnable onGone = () -> {}; // guarded by lock

  Departure(Parking parking) {
    this.parking = parking;
  }

  void relayHasLeft() {
    lock.lock();
    try {
      relayLeft = true;
    } finally {
      lock.unlock();
    }
    settle();
  }

  /**
   * @param keep whether another session may collect the sockets
   * @param gone is told when nobody can any more
   */
  void readerHasLeft(ClientSockets last, boolean keep, Runnable gone) {
    lock.lock();
    try {
      readerLeft = true;
      sockets = last;
      lost = keep;
      onGone = gone;
    } finally {
      lock.unlock();
    }
    settle();
  }

  /** By whichever thread leaves last. */
  private void settle() {
    ClientSockets over = null;
    lock.lock();
    try {
      if (!relayLeft || !readerLeft || decided) {
        return;
      }
      decided = true;
      if (!lost) {
        over = sockets;
        sockets = null;
      }
    } finally {
      lock.unlock();
    }
    if (over != null) {
      over.release();
    } else {
      parking.park(this);
    }
    settled.countDown();
  }

  /**
   * Waits until the session's threads have left.
   *
   * @return false when that takes too long
   */
  boolean awaitSettled() {
    try {
      return parking.deadline(Limits.SUPERSEDE)
          .await(nanos -> settled.await(nanos, TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The sockets that were left, or null when there are none, or somebody else has them. */
  @Nullable
  ClientSockets collect() {
    lock.lock();
    try {
      ClientSockets left = sockets;
      sockets = null;
      if (left != null) {
        parking.leave(this);
      }
      return left;
    } finally {
      lock.unlock();
    }
  }

  /** Whoever collected them could not use them: they wait for somebody else. */
  void giveBack(ClientSockets collected) {
    lock.lock();
    try {
      sockets = collected;
    } finally {
      lock.unlock();
    }
    parking.park(this);
  }

  /** Nobody came in time, or the daemon ends. */
  void expire() {
    Runnable gone;
    lock.lock();
    try {
      gone = onGone;
    } finally {
      lock.unlock();
    }
    ClientSockets left = collect();
    if (left != null) {
      gone.run();
      left.end();
      left.release();
    }
  }
}

package com.jstorrent.iodaemon.client;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One of the changes of a client's state. Each knows the {@link #next} one, so none is missed
 * however late it is asked for, and there is nothing to register. Thread-safe.
 */
public final class StateChange {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition followed = lock.newCondition();
  private final ClientState state;
  private final @Nullable Throwable cause;
  private @Nullable StateChange next; // guarded by lock

  StateChange(ClientState state, @Nullable Throwable cause) {
    this.state = state;
    this.cause = cause;
  }

  /** The state that the client has had from then on. */
  public ClientState state() {
    return state;
  }

  /** Why, or null when nothing went wrong. */
  public @Nullable Throwable cause() {
    return cause;
  }

  void followedBy(StateChange change) {
    lock.lock();
    try {
      next = change;
      followed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The change after this one. Blocks until there is one; after {@link ClientState#CLOSED} there is none.
   *
   * @param timeout zero means without limit
   * @throws java.net.SocketTimeoutException when the state does not change in time
   * @throws InterruptedIOException when the thread is interrupted
   */
  public StateChange next(Duration timeout) throws InterruptedIOException {
    TimeLimit limit = TimeLimit.of("A change of the client's state", timeout);
    lock.lock();
    try {
      while (next == null) {
        limit.await(followed);
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return cause == null ? state.toString() : state + " (" + cause.getMessage() + ')';
  }
}

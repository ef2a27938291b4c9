package com.jstorrent.iodaemon.client;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One of the changes of a client's state. Each leads to the {@link #next} one, so that none is missed however late
 * a caller asks for it, and no listener has to be registered. Thread-safe.
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

  /** The state after this change. */
  public ClientState state() {
    return state;
  }

  /** The reason for the change, or null when nothing went wrong. */
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
   * The change after this one. Blocks until there is one.
   *
   * @param timeout zero means without limit
   * @throws IllegalStateException after {@link ClientState#CLOSED}, since no change follows it
   * @throws java.net.SocketTimeoutException when the state does not change in time
   * @throws InterruptedIOException when the thread is interrupted
   */
  public StateChange next(Duration timeout) throws InterruptedIOException {
    if (state == ClientState.CLOSED) {
      throw new IllegalStateException(
          "The client is closed, and its state does not change any more.");
    }
    CallTimeout remaining = CallTimeout.of("A change of the client's state", timeout);
    lock.lock();
    try {
      while (next == null) {
        remaining.await(followed);
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

package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.net.SocketState.Event;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The {@link SocketState} of one socket. Any thread may change it; each transition is made by exactly
 * one thread.
 */
final class CurrentState {
  private final AtomicReference<SocketState> state = new AtomicReference<>(SocketState.CONNECTING);

  SocketState get() {
    return state.get();
  }

  /** Returns the state that was left, or null when the event changed nothing. */
  @Nullable
  SocketState move(Event event) {
    SocketState before;
    SocketState after;
    do {
      before = state.get();
      after = before.next(event);
      if (after == before) {
        return null;
      }
    } while (!state.compareAndSet(before, after));
    return before;
  }
}

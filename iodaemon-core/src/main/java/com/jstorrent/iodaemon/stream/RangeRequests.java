package com.jstorrent.iodaemon.stream;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stream.RangeState.Event;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The range requests of one session that are waiting for its answer (PROTOCOL.md § 5.5).
 * Thread-safe; nothing blocks.
 */
public final class RangeRequests {
  private final Consumer<DaemonFrame> send;
  private final ConcurrentMap<Integer, RangeRequest> requests = new ConcurrentHashMap<>();
  private final Semaphore waiting = new Semaphore(Limits.WAITING_STREAMS);
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<DaemonFrame> held = new ArrayDeque<>(); // guarded by lock
  private boolean holding; // guarded by lock
  private volatile boolean ended;

  /**
   * @param send sends a frame to the client; must not block
   */
  public RangeRequests(Consumer<DaemonFrame> send) {
    this.send = send;
  }

  /** Runs something during which the client could not take a request. What is to be sent meanwhile is sent behind it. */
  public void holdWhile(Runnable action) {
    hold(true);
    try {
      action.run();
    } finally {
      hold(false);
    }
  }

  private void hold(boolean begins) {
    lock.lock();
    try {
      holding = begins;
      if (!begins) {
        held.forEach(send);
        held.clear();
      }
    } finally {
      lock.unlock();
    }
  }

  private void send(DaemonFrame frame) {
    lock.lock();
    try {
      if (holding) {
        held.add(frame);
      } else {
        send.accept(frame);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Sends a RANGE_REQUEST; returns null when the session has ended. */
  @Nullable
  RangeRequest ask(int requestId, long start, long end, String fileId) {
    RangeRequest request = new RangeRequest(requestId);
    requests.put(requestId, request);
    if (ended) {
      requests.remove(requestId);
      return null;
    }
    send(new DaemonFrame.RangeRequest(requestId, start, end, fileId));
    return request;
  }

  /**
   * Forgets a request that the client has finally answered, so that no RANGE_CANCEL is sent for it.
   */
  void settle(RangeRequest request) {
    requests.remove(request.id());
  }

  /**
   * Sends RANGE_CANCEL for a request that is not settled, because the player no longer waits for
   * it.
   */
  void cancel(RangeRequest request) {
    if (requests.remove(request.id()) != null && !ended) {
      send(new DaemonFrame.RangeCancel(request.id()));
    }
  }

  /** Permits for streams that are waiting for blocked ranges. */
  Semaphore waiting() {
    return waiting;
  }

  /** Handles an answer of the client. An answer to an unknown request is ignored. */
  public void answer(ClientFrame frame) {
    switch (frame) {
      case ClientFrame.RangeAvailable f -> on(f.requestId(), Event.AVAILABLE, 0);
      case ClientFrame.RangeBlock f -> on(f.requestId(), Event.BLOCK, 0);
      case ClientFrame.RangeReady f -> on(f.requestId(), Event.READY, 0);
      case ClientFrame.RangeReject f -> on(f.requestId(), Event.REJECT, f.httpStatus());
      default -> throw new IllegalArgumentException(frame.opcode() + " is no such answer.");
    }
  }

  private void on(int requestId, Event event, int status) {
    RangeRequest request = requests.get(requestId);
    if (request != null) {
      request.on(event, status);
    }
  }

  /** Ends all requests, because the session has ended. */
  public void end() {
    ended = true;
    requests.values().forEach(request -> request.on(Event.GIVE_UP, 0));
  }
}

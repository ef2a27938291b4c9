package com.jstorrent.iodaemon.stream;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stream.RangeState.Event;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests for ranges that one session has been sent and has not answered. Its answers come from
 * its reader; any thread may ask. Nothing blocks.
 */
public final class RangeDesk {
  private final Consumer<DaemonFrame> send;
  private final ConcurrentMap<Integer, RangeRequest> requests = new ConcurrentHashMap<>();
  private final Semaphore waiting = new Semaphore(Limits.WAITING_STREAMS);
  private volatile boolean ended;

  /**
   * @param send brings a frame to the client; must not block
   */
  public RangeDesk(Consumer<DaemonFrame> send) {
    this.send = send;
  }

  /** Asks; null when the session has ended. */
  @Nullable
  RangeRequest ask(int requestId, long start, long end, String fileId) {
    RangeRequest request = new RangeRequest(requestId);
    requests.put(requestId, request);
    if (ended) {
      requests.remove(requestId);
      return null;
    }
    send.accept(new DaemonFrame.RangeRequest(requestId, start, end, fileId));
    return request;
  }

  /** The client has said yes or no: it need not hear of the request again. */
  void settle(RangeRequest request) {
    requests.remove(request.id());
  }

  /** Nobody waits any more, and the client is told so. */
  void cancel(RangeRequest request) {
    if (requests.remove(request.id()) != null && !ended) {
      send.accept(new DaemonFrame.RangeCancel(request.id()));
    }
  }

  /** The places of streams that have to wait. */
  Semaphore waiting() {
    return waiting;
  }

  /** An answer of the client; one to a request that nobody waits for means nothing. */
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

  /** The session has ended: nobody will answer. */
  public void end() {
    ended = true;
    requests.values().forEach(request -> request.on(Event.GIVE_UP, 0));
  }
}

package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Requests that are not answered yet, by request id (PROTOCOL.md § 3.1). Thread-safe. */
final class Replies {
  private final Map<Integer, Reply> pending = new ConcurrentHashMap<>();
  private final AtomicInteger last = new AtomicInteger();
  private volatile @Nullable ExceptionSupplier failure;

  /** A new request id, which is never 0. */
  int expect(Reply reply) {
    int id;
    do {
      id = last.incrementAndGet();
    } while (id == 0 || pending.putIfAbsent(id, reply) != null);
    ExceptionSupplier ended = failure;
    if (ended != null) {
      reply.fail(ended);
    }
    return id;
  }

  /** No call waits for the answer any more. */
  void forget(int requestId) {
    pending.remove(requestId);
  }

  /** Whether a request waited for this frame. */
  boolean complete(DaemonFrame frame) {
    Reply reply = pending.remove(frame.requestId());
    if (reply == null) {
      return false;
    }
    if (frame instanceof DaemonFrame.Error error) {
      reply.fail(() -> new IOException("The daemon refused the request: " + error.message()));
    } else {
      reply.complete(frame);
    }
    return true;
  }

  void failAll(ExceptionSupplier why) {
    failure = why;
    pending.values().forEach(reply -> reply.fail(why));
    pending.clear();
  }
}

package com.jstorrent.iodaemon.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Sockets or servers by id, from one space (PROTOCOL.md § 3.4). Thread-safe. */
final class SocketRegistry {
  private final Map<Integer, SocketEvents> known = new ConcurrentHashMap<>();
  private final AtomicInteger last = new AtomicInteger();
  private volatile @Nullable ExceptionSupplier failure;

  /**
   * Finds a free id for a socket that the client opens. An id is not reused for a long time, so that the last
   * frames of a socket never reach another one.
   */
  int add(SocketEvents socket) {
    int id;
    do {
      id = last.incrementAndGet() & Integer.MAX_VALUE; // those above are for accepted connections
    } while (id == 0 || known.putIfAbsent(id, socket) != null);
    tellIfLost(socket);
    return id;
  }

  /** Adds a connection that was accepted, whose id the daemon has chosen. */
  void add(int id, SocketEvents socket) {
    known.put(id, socket);
    tellIfLost(socket);
  }

  private void tellIfLost(SocketEvents socket) {
    ExceptionSupplier lost = failure;
    if (lost != null) {
      socket.onLost(lost);
    }
  }

  @Nullable
  SocketEvents get(int id) {
    return known.get(id);
  }

  void remove(int id) {
    known.remove(id);
  }

  /** The application is closing the client: the reading thread must not wait until it reads. */
  void stopBlocking() {
    known.values().forEach(SocketEvents::stopBlocking);
  }

  void failAll(ExceptionSupplier why) {
    failure = why;
    known.values().forEach(socket -> socket.onLost(why));
    known.clear();
  }
}

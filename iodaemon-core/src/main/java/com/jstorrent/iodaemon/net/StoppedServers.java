package com.jstorrent.iodaemon.net;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The servers of a client that are being stopped, and may hold their ports for a moment longer: a client
 * may listen on such a port again at once. Thread-safe.
 */
final class StoppedServers {
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Stop> stops = new ConcurrentHashMap<>(); // by the number of the server

  /** A port, and the latch that tells when it is free. */
  private record Stop(int port, CountDownLatch free) {}

  /** A number for a new server. A later server has a higher one. */
  long nextNumber() {
    return numbers.incrementAndGet();
  }

  /** A server is being stopped, or has ended just now. */
  void add(long number, int port, CountDownLatch free) {
    stops.put(number, new Stop(port, free));
    if (free.getCount() == 0) {
      remove(number);
    }
  }

  /** Called when a server has ended, after its latch was opened. */
  void remove(long number) {
    stops.remove(number);
  }

  /**
   * Waits while earlier servers on this port are being stopped. Not for later ones: a server that is
   * stopped while it starts may itself be waiting here, and one of two must not wait for the other.
   */
  void awaitEarlier(long number, int port) throws InterruptedException {
    if (port == 0) {
      return; // the system will choose a free one
    }
    for (Map.Entry<Long, Stop> each : stops.entrySet()) {
      if (each.getKey() < number && each.getValue().port == port) {
        each.getValue().free.await();
      }
    }
  }
}

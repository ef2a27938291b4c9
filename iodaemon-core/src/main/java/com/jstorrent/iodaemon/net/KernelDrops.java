package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.kernel.KernelDatagrams;
import com.jstorrent.iodaemon.transport.kernel.KernelSockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * Counts the datagrams that the system dropped because a socket's buffer was full: while a client does
 * not read, its sockets are not read either. Where several sockets share an address, nothing tells which
 * is which, and the drops of all count as those of the oldest.
 */
final class KernelDrops {
  /** Often enough for numbers that a person looks at. */
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private static final int COST = 10;

  private final MonotonicClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<DatagramChannel, Watched> sockets = new LinkedHashMap<>(); // guarded by lock; oldest first
  private Map<String, Long> seen = new HashMap<>(); // guarded by lock; drops that were counted, by inode
  private boolean scheduled; // guarded by lock
  private final AtomicBoolean sampling = new AtomicBoolean();
  private volatile long lastSample; // its end
  private volatile long lastSampleTook;

  /** A socket, by its local address as the system's list has it. */
  private record Watched(String address, LongConsumer onDrops) {}

  KernelDrops(MonotonicClock clock) {
    this.clock = clock;
    this.lastSample = clock.nanoTime();
  }

  /**
   * @param onDrops is told how many more datagrams were dropped; it must only count them
   */
  void watch(DatagramChannel socket, LongConsumer onDrops) throws IOException {
    String address = KernelSockets.address((InetSocketAddress) socket.getLocalAddress());
    lock.lock();
    try {
      sockets.put(socket, new Watched(address, onDrops));
      if (!scheduled) {
        scheduled = true;
        clock.schedule(PERIOD, this::sampleAside);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Called before the socket is closed: counts its drops up to now. A client may close thousands of sockets at once,
   * so this takes a tenth of the time at most; then drops of the last milliseconds may go uncounted.
   */
  void forget(DatagramChannel socket) {
    if (clock.nanoTime() - lastSample >= lastSampleTook * COST) {
      sample();
    }
    lock.lock();
    try {
      sockets.remove(socket);
    } finally {
      lock.unlock();
    }
  }

  /** Samples on another thread, because the timer's thread must not read files. */
  private void sampleAside() {
    Thread.ofVirtual()
        .name("iodaemon-udp")
        .start(
            () -> {
              sample();
              lock.lock();
              try {
                scheduled = !sockets.isEmpty();
                if (scheduled) {
                  clock.schedule(PERIOD, this::sampleAside);
                }
              } finally {
                lock.unlock();
              }
            });
  }

  /** One thread at a time: an older list that came last would make drops count twice. */
  private void sample() {
    if (!sampling.compareAndSet(false, true)) {
      return;
    }
    try {
      long begun = clock.nanoTime();
      KernelDatagrams.dropsOfOwn(addresses()).ifPresent(this::count);
      lastSample = clock.nanoTime();
      lastSampleTook = lastSample - begun;
    } finally {
      sampling.set(false);
    }
  }

  private void count(Map<String, Map<String, Long>> drops) {
    lock.lock();
    try {
      Map<String, Long> counted = new HashMap<>();
      for (Watched socket : sockets.values()) {
        Map<String, Long> ofAddress = drops.getOrDefault(socket.address, Map.of());
        ofAddress.forEach(
            (inode, now) -> {
              if (counted.put(inode, now) == null && now > seen.getOrDefault(inode, 0L)) {
                socket.onDrops.accept(now - seen.getOrDefault(inode, 0L));
              }
            });
      }
      seen = counted; // without the inodes of sockets that are gone
    } finally {
      lock.unlock();
    }
  }

  private Set<String> addresses() {
    lock.lock();
    try {
      return sockets.values().stream().map(Watched::address).collect(Collectors.toSet());
    } finally {
      lock.unlock();
    }
  }
}

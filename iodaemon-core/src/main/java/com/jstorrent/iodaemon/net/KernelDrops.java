package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.kernel.KernelSockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * Counts the datagrams that the system dropped because a socket's buffer was full: while a client does
 * not read, its sockets are not read either. Java has no call for this number, but Linux publishes it
 * in a file. On other systems nothing is counted.
 */
final class KernelDrops {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6"));
  private static final int LOCAL_ADDRESS = 1;
  private static final int DROPS = 12;

  /** Often enough for numbers that a person looks at. */
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final MonotonicClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<DatagramChannel, Watched> sockets = new HashMap<>(); // guarded by lock
  private boolean scheduled; // guarded by lock
  private volatile long lastSample;

  /** A socket, by its local address as the table writes it, and how many of its drops were counted. */
  private static final class Watched {
    private final String address;
    private final LongConsumer onDrops;
    private long seen;

    private Watched(String address, LongConsumer onDrops) {
      this.address = address;
      this.onDrops = onDrops;
    }
  }

  KernelDrops(MonotonicClock clock) {
    this.clock = clock;
    this.lastSample = clock.nanoTime() - PERIOD.toNanos() - 1;
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
   * Called before the socket is closed: counts its drops up to now, unless that was done a moment ago,
   * because a client may close thousands of sockets at once.
   */
  void forget(DatagramChannel socket) {
    long now = clock.nanoTime();
    if (now - lastSample > PERIOD.toNanos()) {
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

  private void sample() {
    lastSample = clock.nanoTime();
    Map<String, Long> drops = new HashMap<>();
    for (Path table : TABLES) {
      try {
        Files.readAllLines(table).stream().skip(1).forEach(line -> read(line, drops));
      } catch (IOException | RuntimeException e) {
        return; // not Linux, or a Linux that hides it
      }
    }
    lock.lock();
    try {
      for (Watched socket : sockets.values()) {
        long now = drops.getOrDefault(socket.address, 0L);
        if (now > socket.seen) {
          socket.onDrops.accept(now - socket.seen);
          socket.seen = now;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private static void read(String line, Map<String, Long> drops) {
    String[] fields = line.strip().split("\\s+", -1);
    drops.put(fields[LOCAL_ADDRESS], Long.parseLong(fields[DROPS]));
  }
}

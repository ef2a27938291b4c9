package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.config.Limits;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of a port, whose number is limited. Any program of the machine can open some; so when there is no
 * place or no descriptor for a new one, the oldest one that has not shown the token is evicted: it is closed. In
 * the long run, connections that have not shown it have only a share of the places. New ones can use all free
 * places, since a flood must not close a connection whose client is about to send the token. Thread-safe.
 */
final class OpenConnections {
  private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);

  /** When descriptors run out, one in this many of the evictable connections is closed. */
  private static final int CLOSED_PART = 4;

  /** At most this many connections are checked to find one that may be closed. */
  private static final int MAX_CHECKS = 16;

  private final int most;
  private final int share; // how many may not have shown the token, in the long run
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private final Map<SocketChannel, Long> evictable = new LinkedHashMap<>(); // in the order of arrival, with its time
  private final Set<SocketChannel> exempt = new HashSet<>(); // have shown the token, or were upgraded
  private final Set<SocketChannel> closed = new HashSet<>(); // in favour of others; their threads have not ended yet
  private int ceiling; // the most evictable ones at any moment; lower after descriptors have run out
  private long ends; // how many connections have ended so far
  private boolean stopped;

  /**
   * @param nanoTime of the clock by which connections become old
   */
  OpenConnections(int most, LongSupplier nanoTime) {
    this.most = most;
    this.share = Math.max(1, most / Limits.UNKNOWN_SHARE);
    this.ceiling = most;
    this.nanoTime = nanoTime;
  }

  /**
   * A connection begins, which may be evicted until its client has shown the token. Blocks until there is a place for
   * it, which may be the place of an older one.
   *
   * @return false when none may begin any more
   */
  boolean begin(SocketChannel channel) {
    lock.lock();
    try {
      while (isFull() && !stopped) {
        if (closed.isEmpty()) {
          closeOldest(1);
        }
        ended.awaitUninterruptibly();
      }
      if (stopped) {
        return false;
      }
      evictable.put(channel, nanoTime.getAsLong());
      closeOldest(evictable.size() - ceiling);
      closeOld();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull() {
    return evictable.size() + exempt.size() + closed.size() >= most;
  }

  /** The client has shown that it may be here: its connection is no longer closed in favour of others. */
  void exemptFromEviction(SocketChannel channel) {
    lock.lock();
    try {
      if (evictable.remove(channel) != null) {
        exempt.add(channel);
        raiseCeiling();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The thread of a connection ends. */
  void end(SocketChannel channel) {
    lock.lock();
    try {
      evictable.remove(channel);
      exempt.remove(channel);
      closed.remove(channel);
      raiseCeiling();
      ends++;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void raiseCeiling() {
    if (evictable.isEmpty()) {
      ceiling = most;
    }
  }

  /**
   * The system has no descriptor or no thread left. Closes some evictable connections, and allows no more than the
   * remaining number of them until there are none left. Blocks until a connection has ended, for
   * {@link Limits#ACCEPT_PAUSE} at most.
   */
  void makeRoom() {
    lock.lock();
    try {
      if (closed.isEmpty()) {
        int some = (evictable.size() + CLOSED_PART - 1) / CLOSED_PART;
        ceiling = Math.max(1, evictable.size() - some);
        closeOldest(some);
      }
      long before = ends;
      for (long left = Limits.ACCEPT_PAUSE.toNanos(); ends == before && left > 0;) {
        left = ended.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      LOG.debug("The pause of the accept loop was cut short.");
    } finally {
      lock.unlock();
    }
  }

  /** Closes this many evictable connections, or all if there are fewer. The lock must be held. */
  private void closeOldest(int count) {
    for (int i = 0; i < count && !evictable.isEmpty(); i++) {
      SocketChannel oldest = oldest();
      evictable.remove(oldest);
      closed.add(oldest);
      reset(oldest);
    }
  }

  /** Closes evictable connections that have used up their time, until only their share of the places is left. */
  private void closeOld() {
    long now = nanoTime.getAsLong();
    while (evictable.size() > share
        && now - evictable.values().iterator().next() >= Limits.UNKNOWN_TIME.toNanos()) {
      closeOldest(1);
    }
  }

  /** Among the oldest few, prefers one whose bytes were all read: the others may be about to show the token. */
  private SocketChannel oldest() {
    int checks = 0;
    for (SocketChannel each : evictable.keySet()) {
      if (!hasUnread(each)) {
        return each;
      }
      checks++;
      if (checks == MAX_CHECKS) {
        break;
      }
    }
    return evictable.keySet().iterator().next();
  }

  private static boolean hasUnread(SocketChannel channel) {
    try {
      return channel.socket().getInputStream().available() > 0;
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  /** Closes with a reset, so that the system keeps nothing for clients that never close their side. */
  private static void reset(SocketChannel channel) {
    try (channel) {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      LOG.debug("A connection did not close cleanly: {}", e.getMessage());
    }
  }

  /** From now on no connection begins. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Blocks until all have ended or this many nanoseconds have passed; then closes the others. */
  void endAll(long nanos) {
    List<SocketChannel> left;
    lock.lock();
    try {
      awaitEnd(nanos);
      left = new ArrayList<>(evictable.keySet());
      left.addAll(exempt);
    } finally {
      lock.unlock();
    }
    left.forEach(LoopbackListener::closeQuietly);
  }

  private void awaitEnd(long nanos) {
    try {
      for (long left = nanos; isAnyOpen() && left > 0;) {
        left = ended.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isAnyOpen() {
    return !evictable.isEmpty() || !exempt.isEmpty() || !closed.isEmpty();
  }
}

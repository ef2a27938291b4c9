package com.jstorrent.iodaemon.http.wire;

import com.jstorrent.iodaemon.config.Limits;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of a port, of which there are so many at once. Any program of the machine can open
 * some; so those that have not shown the token get a share of the places only, and when that is used
 * up, or the system has no more descriptors, the oldest of them are closed for new ones. Thread-safe.
 */
final class OpenConnections {
  private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);

  private final int most;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private final Set<SocketChannel> unknown = new LinkedHashSet<>(); // in the order of arrival
  private final Set<SocketChannel> known = new HashSet<>();
  private final Set<SocketChannel> closed = new HashSet<>(); // for others; their threads have not ended
  private int share; // of the unknown ones
  private long ends; // of connections, so far
  private boolean stopped;

  OpenConnections(int most) {
    this.most = most;
    this.share = fullShare();
  }

  private int fullShare() {
    return Math.max(1, most / Limits.UNKNOWN_SHARE);
  }

  /**
   * A connection begins; its client is not known yet. Blocks until there is a place for it, which may
   * be that of an older one.
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
      unknown.add(channel);
      closeOldest(unknown.size() - share);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull() {
    return unknown.size() + known.size() + closed.size() >= most;
  }

  /** The client has shown that it may be here: its connection is not closed for others. */
  void trust(SocketChannel channel) {
    lock.lock();
    try {
      if (unknown.remove(channel)) {
        known.add(channel);
        restoreShare();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The thread of a connection ends. */
  void end(SocketChannel channel) {
    lock.lock();
    try {
      unknown.remove(channel);
      known.remove(channel);
      closed.remove(channel);
      restoreShare();
      ends++;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void restoreShare() {
    if (unknown.isEmpty()) {
      share = fullShare();
    }
  }

  /**
   * The system has no descriptor or no thread left: closes half of the unknown connections, and lets
   * only so many come until all of them have gone. Blocks until a connection has ended, for {@link
   * Limits#ACCEPT_PAUSE} at most.
   */
  void makeRoom() {
    lock.lock();
    try {
      if (closed.isEmpty()) {
        int half = unknown.size() / 2;
        share = Math.max(1, Math.min(share, half));
        closeOldest(unknown.size() - half);
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

  /** Closes so many unknown connections, if there are as many. The lock is held. */
  private void closeOldest(int count) {
    for (int i = 0; i < count && !unknown.isEmpty(); i++) {
      SocketChannel oldest = unknown.iterator().next();
      unknown.remove(oldest);
      closed.add(oldest);
      reset(oldest);
    }
  }

  /** Leaves nothing with the system either, which would wait for clients that never close. */
  private static void reset(SocketChannel channel) {
    try (channel) {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      LOG.debug("A connection did not close cleanly: {}", e.getMessage());
    }
  }

  /** No connection begins any more. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Blocks until all have ended, or so many nanoseconds have passed; then closes the others. */
  void endAll(long nanos) {
    lock.lock();
    try {
      for (long left = nanos; isAnyOpen() && left > 0;) {
        left = ended.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      unknown.forEach(LoopbackListener::closeQuietly);
      known.forEach(LoopbackListener::closeQuietly);
      lock.unlock();
    }
  }

  private boolean isAnyOpen() {
    return !unknown.isEmpty() || !known.isEmpty() || !closed.isEmpty();
  }
}

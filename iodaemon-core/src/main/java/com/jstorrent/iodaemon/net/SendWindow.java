package com.jstorrent.iodaemon.net;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Computes what the client may send to one socket (PROTOCOL.md § 9.2). Bytes are outstanding when they
 * were granted and the peer has not taken them, whether they were sent or not. The window is what was
 * outstanding after the last grant; what exceeds the first credit is held in the {@link CreditPool}.
 * Any thread may ask; the relay grants.
 */
final class SendWindow {
  /** The most that one TCP_CREDIT can grant. */
  private static final long LARGEST_GRANT = (1L << 32) - 1;

  private final CreditPool pool;
  private final AtomicLong granted; // since the socket was opened; changed by the relay
  private final AtomicLong window; // changed by the relay

  SendWindow(CreditPool pool) {
    this.pool = pool;
    this.granted = new AtomicLong(pool.first());
    this.window = new AtomicLong(pool.first());
  }

  /**
   * Whether the client was granted this much.
   *
   * @param sent bytes since the socket was opened
   */
  boolean covers(long sent) {
    return sent <= granted.get();
  }

  /**
   * Whether the peer has taken enough for a grant to be considered: half of the window, so that grants
   * are few.
   *
   * @param written bytes to the peer since the socket was opened
   */
  boolean isDue(long written) {
    return granted.get() - written <= window.get() / 2;
  }

  /** Grants what is due; returns how many bytes, perhaps none. The relay only. */
  long grant(long written) {
    long outstanding = granted.get() - written;
    long before = window.get();
    long bytes = grant(outstanding, before, pool.window(before - pool.first()));
    resize(Math.max(pool.first(), outstanding + bytes));
    granted.addAndGet(bytes);
    return bytes;
  }

  /**
   * How many bytes to grant.
   *
   * @param outstanding negative when the client has overdrawn its credit and the peer has taken those
   *     bytes
   * @param window what was outstanding after the last grant
   * @param target how large the window may be now
   */
  static long grant(long outstanding, long window, long target) {
    return outstanding <= Math.min(window, target) / 2
        ? Math.min(target - outstanding, LARGEST_GRANT)
        : 0;
  }

  /** Gives back what is held in the pool. The relay only, when nothing is granted any more. */
  void release() {
    resize(pool.first());
  }

  private void resize(long bytes) {
    pool.hold(bytes - window.getAndSet(bytes));
  }
}

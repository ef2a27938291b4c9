package com.jstorrent.iodaemon.net;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many more bytes of a socket its client accepts (PROTOCOL.md § 9.2). The relay uses credit up, the
 * client's reader adds to it. Unlimited without the capability.
 */
final class Credit {
  private final AtomicLong left;

  private Credit(long initial) {
    left = new AtomicLong(initial);
  }

  static Credit of(long bytes) {
    return new Credit(bytes);
  }

  static Credit unlimited() {
    return new Credit(Long.MAX_VALUE);
  }

  boolean isUnlimited() {
    return left.get() == Long.MAX_VALUE;
  }

  boolean isOpen() {
    return left.get() > 0;
  }

  /** The most that may be read at once, up to {@code most}; 0 when nothing may. */
  int allows(int most) {
    return Math.clamp(left.get(), 0, most);
  }

  /** Uses up credit for bytes that are sent to the client; returns whether nothing more may follow. */
  boolean take(int bytes) {
    return !isUnlimited() && left.addAndGet(-bytes) <= 0;
  }

  /** Adds what the client grants; returns whether reading had to stop before and may now go on. */
  boolean grant(long bytes) {
    long before = left.getAndUpdate(now -> now > Long.MAX_VALUE - bytes ? now : now + bytes);
    return before <= 0 && before + bytes > 0;
  }
}

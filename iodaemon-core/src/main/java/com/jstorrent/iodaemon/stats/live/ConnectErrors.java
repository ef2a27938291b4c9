package com.jstorrent.iodaemon.stats.live;

import com.jstorrent.iodaemon.frame.Errno;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts failed TCP connects of clients by errno (PROTOCOL.md § 3.6). The counts add up to
 * {@link Counter#CONNECT_FAILURES}. Thread-safe; counting never blocks.
 */
final class ConnectErrors {
  private static final Errno[] ALL = Errno.values();

  private final AtomicLongArray counts = new AtomicLongArray(ALL.length);

  @SuppressWarnings("EnumOrdinal") // never leaves this object
  void count(Errno errno) {
    counts.incrementAndGet(errno.ordinal());
  }

  /** Those that have occurred, in the order of their numbers. */
  Map<Errno, Long> snapshot() {
    Map<Errno, Long> occurred = new EnumMap<>(Errno.class);
    for (int i = 0; i < ALL.length; i++) {
      long count = counts.get(i);
      if (count > 0) {
        occurred.put(ALL[i], count);
      }
    }
    return Collections.unmodifiableMap(occurred);
  }
}

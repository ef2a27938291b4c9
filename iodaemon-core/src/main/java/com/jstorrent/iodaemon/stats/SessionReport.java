package com.jstorrent.iodaemon.stats;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a session (PROTOCOL.md § 5.4).
 *
 * @param number the session's number, counted from 1 since the daemon started
 * @param name the name that the client gave itself, or null
 * @param endpoint {@code io} or {@code control}
 * @param parked whether it has lost its connection and may be resumed
 * @param age the time since it connected
 * @param idle the time since the last frame from the client or byte from a peer
 * @param blocked how long the write of a frame has been blocked because the client does not read;
 *     zero if none is
 * @param queuedToClient bytes of control frames that are queued, and of frames kept for resuming
 * @param counters its part of the daemon's counters
 */
public record SessionReport(
    long number,
    @Nullable String name,
    String endpoint,
    boolean parked,
    Duration age,
    Duration idle,
    Duration blocked,
    long queuedToClient,
    Map<Counter, Long> counters) {

  public SessionReport {
    counters = Map.copyOf(counters);
  }
}

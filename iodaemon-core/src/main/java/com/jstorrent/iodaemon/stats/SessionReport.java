package com.jstorrent.iodaemon.stats;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a session (PROTOCOL.md § 5.4).
 *
 * @param name which one
 * @param parked whether it has lost its connection and may be resumed
 * @param times how long it has existed, been idle and been blocked
 * @param queuedToClient bytes of control frames that are queued, and of frames kept for resuming
 * @param counters its part of the daemon's counters
 */
public record SessionReport(
    Name name, boolean parked, Times times, long queuedToClient, Map<Counter, Long> counters) {

  public SessionReport {
    counters = Map.copyOf(counters);
  }

  /**
   * Which session.
   *
   * @param number counted from 1 since the daemon started
   * @param given the name that the client gave itself, or null
   * @param endpoint {@code io} or {@code control}
   */
  public record Name(long number, @Nullable String given, String endpoint) {}

  /**
   * Times of a session.
   *
   * @param age since it connected
   * @param idle since the last frame from the client or byte from a peer
   * @param blocked how long the write of a frame has been blocked because the client does not read;
   *     zero if none is
   */
  public record Times(Duration age, Duration idle, Duration blocked) {}
}

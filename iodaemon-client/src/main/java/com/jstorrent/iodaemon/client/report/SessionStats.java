package com.jstorrent.iodaemon.client.report;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session of a daemon.
 *
 * @param name which one
 * @param isParked whether it waits to be resumed (PROTOCOL.md § 9.3)
 * @param times how long it has existed, been idle and been blocked
 * @param queuedToClientBytes control frames that wait, and frames kept for resuming
 * @param counters its share of the daemon's, without those that are 0
 */
public record SessionStats(
    Name name, boolean isParked, Times times, long queuedToClientBytes,
    Map<String, Long> counters) {
  /** Copies its arguments. */
  public SessionStats {
    counters = Map.copyOf(counters);
  }

  /**
   * Which session.
   *
   * @param number in this daemon
   * @param given the name that its client has given it, or null
   * @param endpoint {@code io} or {@code control}
   */
  public record Name(long number, @Nullable String given, String endpoint) {}

  /**
   * Times of a session.
   *
   * @param age since it began, in seconds
   * @param idle since a frame of the client or a byte of any peer, in seconds
   * @param blocked how long the frame that is being sent has waited for the client, in milliseconds
   */
  public record Times(Duration age, Duration idle, Duration blocked) {}

  /** A counter by its name; 0 when there is none. */
  public long counter(String counter) {
    return counters.getOrDefault(counter, 0L);
  }
}

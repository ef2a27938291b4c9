package com.jstorrent.iodaemon.stats;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One session, as it is now (PROTOCOL.md § 5.4).
 *
 * @param number counted from 1 in the life of a daemon
 * @param name what the client calls itself, or null
 * @param endpoint where it is connected, as {@code /io} without the slash
 * @param parked whether its connection is lost and it may be resumed
 * @param age since its connection came up
 * @param idle since a frame or a byte came from the client or from any peer
 * @param blocked how long the frame that is being sent waits for the client to read; zero when none does
 * @param queuedToClient control frames that wait to be sent, and frames that are kept for resuming, in bytes
 * @param counters what was counted of it
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

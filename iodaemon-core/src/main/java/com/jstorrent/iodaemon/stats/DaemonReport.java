package com.jstorrent.iodaemon.stats;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A daemon, as it is now (PROTOCOL.md § 5.4).
 *
 * @param version of this library
 * @param sessions the authenticated ones, by their number
 */
public record DaemonReport(
    String version, Duration uptime, Map<Counter, Long> counters, List<SessionReport> sessions) {

  public DaemonReport {
    counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters)); // in their order
    sessions = List.copyOf(sessions);
  }
}

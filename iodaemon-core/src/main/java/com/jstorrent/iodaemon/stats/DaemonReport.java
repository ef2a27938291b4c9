package com.jstorrent.iodaemon.stats;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A snapshot of a daemon (PROTOCOL.md § 5.4).
 *
 * @param version the version of this library
 * @param sessions the authenticated sessions, in the order of their numbers
 */
public record DaemonReport(
    String version, Duration uptime, Map<Counter, Long> counters, List<SessionReport> sessions) {

  public DaemonReport {
    counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters)); // Map.copyOf would lose the order
    sessions = List.copyOf(sessions);
  }
}

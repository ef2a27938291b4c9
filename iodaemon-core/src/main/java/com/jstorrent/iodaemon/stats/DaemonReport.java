package com.jstorrent.iodaemon.stats;

import com.jstorrent.iodaemon.frame.Errno;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A snapshot of a daemon (PROTOCOL.md § 5.4).
 *
 * @param version the version of this library
 * @param connectErrors how often TCP connects of clients have failed, by errno
 * @param sessions the authenticated sessions, in the order of their numbers
 */
public record DaemonReport(
    String version,
    Duration uptime,
    Map<Counter, Long> counters,
    Map<Errno, Long> connectErrors,
    List<SessionReport> sessions) {

  public DaemonReport {
    counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters)); // Map.copyOf would lose the order
    connectErrors = Collections.unmodifiableMap(new LinkedHashMap<>(connectErrors));
    sessions = List.copyOf(sessions);
  }
}

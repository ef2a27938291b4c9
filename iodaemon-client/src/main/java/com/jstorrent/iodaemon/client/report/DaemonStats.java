package com.jstorrent.iodaemon.client.report;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The counters of a daemon.
 *
 * @param counters by their names in {@code GET /stats}; later daemons may have others
 * @param uptime since the daemon started, in seconds
 * @param version of the daemon; empty when it does not tell
 * @param sessions those that have shown the token
 */
public record DaemonStats(
    Map<String, Long> counters, Duration uptime, String version, List<SessionStats> sessions) {
  /** Copies its arguments. */
  public DaemonStats {
    counters = Map.copyOf(counters);
    sessions = List.copyOf(sessions);
  }

  /** A counter by its name; 0 when this daemon does not have it. */
  public long counter(String name) {
    return counters.getOrDefault(name, 0L);
  }

  /** TCP sockets that are open. */
  public long tcpSockets() {
    return counter("tcp_sockets");
  }

  /** Connects that wait or are under way. */
  public long pendingConnects() {
    return counter("pending_connects");
  }

  /** UDP sockets that are open. */
  public long udpSockets() {
    return counter("udp_sockets");
  }

  /** TCP servers that are open. */
  public long tcpServers() {
    return counter("tcp_servers");
  }

  /** WebSockets that are open. */
  public long webSockets() {
    return counter("ws_connections");
  }

  /** Bytes sent to peers since the start. */
  public long bytesSent() {
    return counter("bytes_sent");
  }

  /** Bytes received from peers since the start. */
  public long bytesReceived() {
    return counter("bytes_received");
  }
}

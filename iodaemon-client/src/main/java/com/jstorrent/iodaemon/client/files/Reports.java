package com.jstorrent.iodaemon.client.files;

import com.jstorrent.iodaemon.client.report.DaemonStats;
import com.jstorrent.iodaemon.client.report.NetworkAddress;
import com.jstorrent.iodaemon.client.report.RootInfo;
import com.jstorrent.iodaemon.client.report.SessionStats;
import com.jstorrent.iodaemon.client.report.SocketStats;
import com.jstorrent.iodaemon.client.report.SocketList;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Converts the JSON in which a daemon reports about itself (PROTOCOL.md § 5.4). */
final class Reports {
  private static final Set<String> NO_COUNTERS =
      Set.of(
          "uptime_secs", "number", "age_secs", "idle_secs", "blocked_ms",
          "queued_to_client_bytes");

  private Reports() {}

  static DaemonStats daemon(JsonAnswer stats) throws IOException {
    List<SessionStats> sessions = new ArrayList<>();
    if (stats.fields().containsKey("sessions")) {
      for (JsonAnswer session : stats.objects("sessions")) {
        sessions.add(session(session));
      }
    }
    return new DaemonStats(
        counters(stats),
        Duration.ofSeconds(stats.number("uptime_secs")),
        stats.text("version", ""),
        sessions);
  }

  private static SessionStats session(JsonAnswer session) throws IOException {
    return new SessionStats(
        new SessionStats.Name(
            session.number("number"), session.optionalText("name"), session.text("endpoint", "")),
        session.text("state", "").equals("parked"),
        new SessionStats.Times(
            Duration.ofSeconds(session.number("age_secs")),
            Duration.ofSeconds(session.number("idle_secs")),
            Duration.ofMillis(session.number("blocked_ms"))),
        session.number("queued_to_client_bytes"),
        counters(session));
  }

  private static Map<String, Long> counters(JsonAnswer stats) {
    Map<String, Long> counters = new LinkedHashMap<>();
    stats.fields()
        .forEach(
            (name, value) -> {
              if (name instanceof String known
                  && value instanceof Number number
                  && !NO_COUNTERS.contains(known)) {
                counters.put(known, number.longValue());
              }
            });
    return counters;
  }

  static SocketList sockets(JsonAnswer all) throws IOException {
    List<SocketStats> sockets = new ArrayList<>();
    for (JsonAnswer socket : all.objects("sockets")) {
      sockets.add(socket(socket));
    }
    return new SocketList(sockets, all.optionalNumber("more").orElse(0));
  }

  private static SocketStats socket(JsonAnswer socket) throws IOException {
    return new SocketStats(
        new SocketStats.Name(
            socket.number("session"), socket.number("id"), socket.text("kind")),
        socket.text("state", ""),
        new SocketStats.Ends(
            socket.optionalText("remote"), (int) socket.optionalNumber("local_port").orElse(0)),
        new SocketStats.Traffic(
            socket.number("sent_bytes"),
            socket.number("received_bytes"),
            socket.number("queued_bytes"),
            socket.number("pauses"),
            socket.number("drops")),
        Duration.ofMillis(socket.number("idle_ms")));
  }

  static List<RootInfo> roots(JsonAnswer all) throws IOException {
    List<RootInfo> roots = new ArrayList<>();
    for (JsonAnswer root : all.objects("roots")) {
      roots.add(
          new RootInfo(
              root.text("key"),
              root.text("displayName", ""),
              root.flag("removable"),
              new RootInfo.Availability(
                  root.flag("lastStatOk"),
                  Instant.ofEpochMilli(root.number("lastChecked")),
                  root.optionalNumber("freeBytes"))));
    }
    return List.copyOf(roots);
  }

  static List<NetworkAddress> interfaces(List<JsonAnswer> all) throws IOException {
    List<NetworkAddress> addresses = new ArrayList<>();
    for (JsonAnswer each : all) {
      addresses.add(
          new NetworkAddress(
              each.text("name"), each.text("address"), (int) each.number("prefixLength")));
    }
    return List.copyOf(addresses);
  }
}

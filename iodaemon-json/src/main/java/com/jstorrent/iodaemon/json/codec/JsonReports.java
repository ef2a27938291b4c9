package com.jstorrent.iodaemon.json.codec;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.CounterSample;
import com.jstorrent.iodaemon.stats.DaemonReport;
import com.jstorrent.iodaemon.stats.RootStatus;
import com.jstorrent.iodaemon.stats.SessionReport;
import com.jstorrent.iodaemon.stats.SocketReport;
import com.jstorrent.iodaemon.transport.ControlCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of reports about a daemon: its counters, sessions, sockets and roots (PROTOCOL.md § 3
 * and § 5.4). Stateless and thread-safe.
 */
public final class JsonReports implements ControlCodec {
  /** Creates a codec, which is stateless. */
  public JsonReports() {}

  @Override
  public String stats(DaemonReport report) {
    Map<String, @Nullable Object> event = new LinkedHashMap<>();
    event.put("event", "stats");
    event.put("payload", describe(report));
    return Json.write(event);
  }

  /** The object of {@code GET /stats}. */
  public static String statsObject(DaemonReport report) {
    return Json.write(describe(report));
  }

  @Override
  public String roots(List<RootStatus> roots) {
    return Json.write(describe(roots));
  }

  /** The object of {@code GET /roots}. */
  public static String rootsObject(List<RootStatus> roots) {
    return Json.write(Map.of("roots", describe(roots)));
  }

  /** The object of {@code GET /stats/sockets}: sockets by the number of their session. */
  public static String socketsObject(SortedMap<Long, List<SocketReport>> sessions) {
    List<Object> sockets = new ArrayList<>();
    long more = 0;
    for (Map.Entry<Long, List<SocketReport>> session : sessions.entrySet()) {
      for (SocketReport socket : session.getValue()) {
        if (sockets.size() < Limits.LISTED_SOCKETS) {
          sockets.add(socket(session.getKey(), socket));
        } else {
          more++;
        }
      }
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("sockets", sockets);
    if (more > 0) {
      fields.put("more", more);
    }
    return Json.write(fields);
  }

  /** The object of {@code GET /stats/history}: for each counter its values in all samples. */
  public static String historyObject(
      List<CounterSample> samples, List<Counter> counters) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("age_ms", samples.stream().map(sample -> sample.age().toMillis()).toList());
    for (Counter counter : counters) {
      fields.put(
          counter.label(),
          samples.stream().map(sample -> sample.counters().getOrDefault(counter, 0L)).toList());
    }
    return Json.write(fields);
  }

  private static Map<String, @Nullable Object> describe(DaemonReport report) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    report.counters().forEach((counter, value) -> fields.put(counter.label(), value));
    Map<String, Object> errors = new LinkedHashMap<>();
    report.connectErrors().forEach((errno, count) -> errors.put(errno.name(), count));
    fields.put("connect_errors", errors);
    fields.put("uptime_secs", report.uptime().toSeconds());
    fields.put("version", report.version());
    fields.put("sessions", report.sessions().stream().map(JsonReports::session).toList());
    return fields;
  }

  /** Omits counters that are zero, which for a session are most of them. */
  private static Map<String, @Nullable Object> session(SessionReport session) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("number", session.name().number());
    fields.put("name", session.name().given());
    fields.put("endpoint", session.name().endpoint());
    fields.put("state", session.parked() ? "parked" : "open");
    fields.put("age_secs", session.times().age().toSeconds());
    fields.put("idle_secs", session.times().idle().toSeconds());
    fields.put("blocked_ms", session.times().blocked().toMillis());
    fields.put("queued_to_client_bytes", session.queuedToClient());
    for (Counter counter : Counter.values()) {
      long value = session.counters().getOrDefault(counter, 0L);
      if (value != 0) {
        fields.put(counter.label(), value);
      }
    }
    return fields;
  }

  private static Map<String, @Nullable Object> socket(long session, SocketReport socket) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("session", session);
    fields.put("id", socket.id());
    fields.put("kind", socket.kind().label());
    fields.put("state", socket.state());
    fields.put("remote", socket.ends().remote());
    fields.put("local_port", socket.ends().localPort());
    fields.put("sent_bytes", socket.traffic().sentBytes());
    fields.put("received_bytes", socket.traffic().receivedBytes());
    fields.put("queued_bytes", socket.traffic().queuedBytes());
    fields.put("idle_ms", socket.idle().toMillis());
    fields.put("pauses", socket.traffic().pauses());
    fields.put("drops", socket.traffic().drops());
    return fields;
  }

  private static List<Object> describe(List<RootStatus> roots) {
    List<Object> all = new ArrayList<>();
    roots.forEach(root -> all.add(root(root)));
    return all;
  }

  /** The URI consists of the key, so that clients do not learn the path. */
  private static Map<String, @Nullable Object> root(RootStatus status) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("key", status.root().key());
    fields.put("uri", "jst-root:" + status.root().key());
    fields.put("displayName", status.root().displayName());
    fields.put("removable", status.root().removable());
    fields.put("lastStatOk", status.available());
    fields.put("lastChecked", status.checked().toEpochMilli());
    fields.put("available", status.available());
    fields.put("freeBytes", status.available() ? status.freeBytes().getAsLong() : null);
    return fields;
  }
}

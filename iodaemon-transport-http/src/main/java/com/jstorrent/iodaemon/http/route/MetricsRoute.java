package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.Version;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code GET /metrics}: the counters for a monitoring system (PROTOCOL.md § 5.4). */
final class MetricsRoute implements Route.Handler {
  private final Stats stats;

  MetricsRoute(Stats stats) {
    this.stats = stats;
  }

  @Override
  public Reply answer(Call call) {
    byte[] bytes = text().getBytes(StandardCharsets.UTF_8);
    return new Reply(Reply.OK, Map.of(), new Reply.Bytes(OpenMetrics.MEDIA_TYPE, bytes));
  }

  private String text() {
    OpenMetrics metrics = new OpenMetrics();
    for (Map.Entry<Counter, Long> entry : stats.snapshot().entrySet()) {
      Counter each = entry.getKey();
      switch (each.kind()) {
        case COUNTER -> metrics.counter(each.label(), each.unit(), each.help(), entry.getValue());
        case GAUGE -> metrics.gauge(each.label(), each.unit(), each.help(), entry.getValue());
      }
    }
    Map<String, Long> errors = new LinkedHashMap<>();
    stats.connectErrors().forEach((errno, count) -> errors.put(errno.name(), count));
    return metrics
        .counters(
            "connect_errors", "TCP connects of clients that failed, by errno.", "errno", errors)
        .gauge("uptime_seconds", "seconds", "Time since the start.", stats.uptime().toSeconds())
        .info("build", "What is running.", "version", Version.current())
        .end();
  }
}

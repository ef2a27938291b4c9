package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code GET /stats} (PROTOCOL.md § 5.4). */
final class StatsRoute implements Route.Handler {
  private final Stats stats;

  StatsRoute(Stats stats) {
    this.stats = stats;
  }

  @Override
  public Reply answer(Call call) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Map.Entry<Counter, Long> entry : stats.snapshot().entrySet()) {
      fields.put(entry.getKey().label(), entry.getValue());
    }
    fields.put("uptime_secs", stats.uptime().toSeconds());
    return Reply.json(Json.write(fields));
  }
}

package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.object;
import static com.jstorrent.iodaemon.http.Answers.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.Version;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.Program;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code GET /metrics} as the parser of Prometheus' own client reads it. */
class MetricsRouteTest {
  private static final Path LIBRARIES = Path.of("..", "target", "python");
  private static final String PREFIX = "iodaemon_";

  /** Counters that change from one answer to the next. */
  private static final EnumSet<Counter> MEASURED =
      EnumSet.of(Counter.CPU_MILLISECONDS, Counter.HEAP_BYTES, Counter.RESIDENT_BYTES);

  @TempDir
  Path folder;

  /** What the foreign parser reads, by name. */
  private Map<String, Map<String, @Nullable Object>> parsed(String metrics) throws Exception {
    Program.assumeThere("python3", "--version");
    if (!Files.isDirectory(LIBRARIES.resolve("prometheus_client"))) {
      String message =
          "SKIPPED: for this test run: python3 -m pip install --target target/python prometheus-client";
      System.err.println(message);
      Assumptions.abort(message);
    }
    Path script = folder.resolve("openmetrics.py");
    try (InputStream source = MetricsRouteTest.class.getResourceAsStream("openmetrics.py")) {
      Files.copy(source, script);
    }
    Path file = Files.writeString(folder.resolve("metrics"), metrics);
    Map<String, Map<String, @Nullable Object>> families = new LinkedHashMap<>();
    try (Program python =
        Program.start(
            Map.of("PYTHONPATH", LIBRARIES.toAbsolutePath().toString()), "python3",
            script.toString(), file.toString())) {
      for (String line; !(line = python.readLine()).equals("{}");) {
        Map<String, @Nullable Object> family = Json.readObject(line);
        families.put((String) family.get("name"), family);
      }
    }
    return families;
  }

  private static Map<String, Object> sample(String name, Map<String, String> labels, Object value) {
    return Map.of("name", PREFIX + name, "labels", labels, "value", value);
  }

  @Test
  void everyCounterIsThereWithItsTypeUnitHelpAndValue() throws Exception {
    try (HttpDaemon daemon = new HttpDaemon(folder)) {
      daemon.post("/hash/sha1", Peer.bytes(1, 1234), Map.of());
      daemon.post(
          "/write/k", Peer.bytes(1, 567), Map.of("X-Path-Base64", HttpDaemon.encoded("f")));
      Map<String, @Nullable Object> stats = object(daemon.get("/stats", Map.of()));
      assertThat(stats).containsEntry("hashed_bytes", 1234L);
      HttpResponse<byte[]> answer = daemon.get("/metrics", Map.of());
      assertThat(answer.headers().firstValue("content-type"))
          .hasValue("application/openmetrics-text; version=1.0.0; charset=utf-8");
      Map<String, Map<String, @Nullable Object>> families = parsed(text(answer));
      assertThat(families).hasSize(Counter.values().length + 3);
      for (Counter each : EnumSet.complementOf(MEASURED)) {
        boolean grows = each.kind() == Counter.Kind.COUNTER;
        long value = (Long) stats.get(each.label());
        assertThat(families.get(PREFIX + each.label()))
            .as(each.label())
            .containsEntry("type", grows ? "counter" : "gauge")
            .containsEntry("help", each.help())
            .containsEntry("unit", each.label().endsWith("_" + each.unit()) ? each.unit() : "")
            .containsEntry(
                "samples",
                List.of(
                    sample(
                        each.label() + (grows ? "_total" : ""),
                        Map.of(),
                        each == Counter.HTTP_REQUESTS ? value + 1 : value)));
      }
      for (Counter each : MEASURED) {
        assertThat(families.get(PREFIX + each.label()))
            .containsEntry("type", each.kind() == Counter.Kind.COUNTER ? "counter" : "gauge")
            .containsEntry("help", each.help());
      }
      assertThat(families.get(PREFIX + "connect_errors"))
          .containsEntry("type", "counter")
          .containsEntry("samples", List.of());
      assertThat(families.get(PREFIX + "build"))
          .containsEntry("type", "info")
          .containsEntry(
              "samples",
              List.of(sample("build_info", Map.of("version", Version.current()), 1L)));
      assertThat(families.get(PREFIX + "uptime_seconds"))
          .containsEntry("type", "gauge")
          .containsEntry("unit", "seconds");
    }
  }

  @Test
  void headTellsTheLengthAndNoNumbers() throws Exception {
    try (HttpDaemon daemon = new HttpDaemon(folder);
        RawHttp client = daemon.raw()) {
      client.send("HEAD /metrics HTTP/1.1\nHost: localhost\nAuthorization: Bearer tok\n\n"
          + "GET /health HTTP/1.1\nHost: localhost\n\n");
      RawHttp.Answer head = client.answer(false);
      assertThat(head.status()).isEqualTo(200);
      assertThat(Integer.parseInt(head.headers().get("content-length"))).isPositive();
      assertThat(client.answer().body()).isEqualTo("ok");
    }
  }
}

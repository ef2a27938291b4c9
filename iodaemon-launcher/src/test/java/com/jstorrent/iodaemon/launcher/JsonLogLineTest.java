package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.json.Json;
import java.time.Instant;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class JsonLogLineTest {

  private static Map<String, Object> fields(LogRecord record) {
    String line = new JsonLogLine().format(record);
    assertThat(line.lines()).hasSize(1);
    assertThat(line).endsWith(System.lineSeparator());
    return Json.readObject(line);
  }

  @Test
  void aRecordIsOneObjectOnOneLine() {
    LogRecord record = new LogRecord(Level.WARNING, "a \"quoted\"\nsecond line {0}");
    record.setParameters(new Object[] {7});
    record.setLoggerName("com.jstorrent.Some");
    record.setInstant(Instant.parse("2026-01-02T03:04:05.678Z"));
    assertThat(fields(record))
        .containsExactly(
            Map.entry("time", "2026-01-02T03:04:05.678Z"),
            Map.entry("level", "warn"),
            Map.entry("logger", "Some"),
            Map.entry("message", "a \"quoted\"\nsecond line 7"));
  }

  @Test
  void aStackTraceIsAField() {
    LogRecord record = new LogRecord(Level.SEVERE, "failed");
    record.setThrown(new IllegalStateException("because"));
    assertThat((String) fields(record).get("error"))
        .contains("IllegalStateException: because", "at com.jstorrent", "\n");
  }
}

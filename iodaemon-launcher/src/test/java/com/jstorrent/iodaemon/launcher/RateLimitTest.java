package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** Clients cannot fill the disk by causing log lines. */
class RateLimitTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // it wraps around
  private final List<String> lines = new ArrayList<>();
  private final RateLimit limit = new RateLimit(List.of(new Recorder()), clock::get);

  private final class Recorder extends Handler {
    @Override
    public void publish(LogRecord record) {
      lines.add(record.getLoggerName() + " " + record.getLevel() + " " + record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      lines.add("closed");
    }
  }

  private void log(String logger, Level level, int times) {
    for (int i = 0; i < times; i++) {
      LogRecord record = new LogRecord(level, "x");
      record.setLoggerName(logger);
      limit.publish(record);
    }
  }

  @Test
  void excessLinesAreLeftOutAndReportedInTheNextWindow() {
    log("a", Level.WARNING, RateLimit.LINES + 7);
    assertThat(lines).hasSize(RateLimit.LINES).containsOnly("a WARNING x");
    clock.addAndGet(RateLimit.WINDOW.toNanos());
    lines.clear();
    log("a", Level.WARNING, 1);
    assertThat(lines).containsExactly("a WARNING 7 more lines were left out here.", "a WARNING x");
  }

  @Test
  void otherSourcesAreNotAffected() {
    log("a", Level.WARNING, RateLimit.LINES + 1);
    log("a", Level.INFO, 1);
    log("b", Level.WARNING, 1);
    assertThat(lines).endsWith("a INFO x", "b WARNING x");
  }

  @Test
  void debugLinesAreNotLimited() {
    log("a", Level.FINE, 3 * RateLimit.LINES);
    assertThat(lines).hasSize(3 * RateLimit.LINES);
  }

  @Test
  void fewLinesAreNotLimited() {
    for (int window = 0; window < 3; window++) {
      log("a", Level.INFO, RateLimit.LINES);
      clock.addAndGet(RateLimit.WINDOW.toNanos());
    }
    assertThat(lines).isEqualTo(Collections.nCopies(3 * RateLimit.LINES, "a INFO x"));
  }

  @Test
  void closingReportsTheLinesLeftOut() {
    log("a", Level.INFO, RateLimit.LINES + 2);
    limit.close();
    assertThat(lines).endsWith("a INFO 2 more lines were left out here.", "closed");
  }
}

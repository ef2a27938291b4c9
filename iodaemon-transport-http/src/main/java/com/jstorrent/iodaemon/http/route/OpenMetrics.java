package com.jstorrent.iodaemon.http.route;

import java.util.Map;

/**
 * Formats metrics as OpenMetrics text 1.0. Every name gets the prefix {@code iodaemon_}. Not
 * thread-safe.
 */
final class OpenMetrics {
  static final String MEDIA_TYPE =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private static final String PREFIX = "iodaemon_";

  private final StringBuilder text = new StringBuilder();

  /** Adds a number that only grows. */
  OpenMetrics counter(String name, String unit, String help, long value) {
    return describe("counter", name, unit, help).sample(name + "_total", value);
  }

  /** Adds a number that goes up and down. */
  OpenMetrics gauge(String name, String unit, String help, long value) {
    return describe("gauge", name, unit, help).sample(name, value);
  }

  /** Adds numbers that only grow, one for each value of a label. */
  OpenMetrics counters(String name, String help, String label, Map<String, Long> values) {
    describe("counter", name, "", help);
    values.forEach(
        (value, count) -> sample(name + "_total{" + label + "=\"" + escaped(value) + "\"}", count));
    return this;
  }

  /** Adds a constant text, as a label of a sample that is always 1. */
  OpenMetrics info(String name, String help, String label, String value) {
    return describe("info", name, "", help)
        .sample(name + "_info{" + label + "=\"" + escaped(value) + "\"}", 1);
  }

  /** The whole text, with its end marker. */
  String end() {
    return text.append("# EOF\n").toString();
  }

  /** The specification allows a unit only when the name ends with it. */
  private OpenMetrics describe(String type, String name, String unit, String help) {
    meta("TYPE", name, type);
    if (!unit.isEmpty() && name.endsWith("_" + unit)) {
      meta("UNIT", name, unit);
    }
    return meta("HELP", name, escaped(help));
  }

  private OpenMetrics meta(String keyword, String name, String value) {
    text.append("# ").append(keyword).append(' ').append(PREFIX).append(name).append(' ');
    text.append(value).append('\n');
    return this;
  }

  private OpenMetrics sample(String nameAndLabels, long value) {
    text.append(PREFIX).append(nameAndLabels).append(' ').append(value).append('\n');
    return this;
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
  }
}

package com.jstorrent.iodaemon.http.route;

/**
 * Numbers as OpenMetrics text 1.0. Every name gets the prefix of the daemon. Used by one thread.
 */
final class OpenMetrics {
  static final String MEDIA_TYPE =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private static final String PREFIX = "iodaemon_";

  private final StringBuilder text = new StringBuilder();

  /** A number that only grows. */
  OpenMetrics counter(String name, String unit, String help, long value) {
    return describe("counter", name, unit, help).sample(name + "_total", value);
  }

  /** A number that goes up and down. */
  OpenMetrics gauge(String name, String unit, String help, long value) {
    return describe("gauge", name, unit, help).sample(name, value);
  }

  /** A text that stays the same, as a label of a sample that is always 1. */
  OpenMetrics info(String name, String help, String label, String value) {
    return describe("info", name, "", help)
        .sample(name + "_info{" + label + "=\"" + escaped(value) + "\"}", 1);
  }

  /** All of it, with the mark of its end. */
  String end() {
    return text.append("# EOF\n").toString();
  }

  /** The specification lets a unit be told only when the name ends with it. */
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

package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.config.Limits;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times, sizes and counts as people write them. */
final class Quantity {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|[smh]?)");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})([KkMmGg]?)");
  private static final Pattern MEMORY = Pattern.compile("([0-9]{1,9})([MmGg]?)");
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,18}");
  private static final int KIB_SHIFT = 10;
  private static final int MIB_SHIFT = 20;
  private static final int GIB_SHIFT = 30;

  private Quantity() {}

  /**
   * Parses seconds, or a number with a unit.
   *
   * @param subject what the time is of, for the message
   */
  static Duration time(String subject, String text) throws LaunchFailure {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw LaunchFailure
          .ofArguments(subject + " must be a number of seconds, or one with ms, s, m or h.");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "h" -> Duration.ofHours(number);
      case "m" -> Duration.ofMinutes(number);
      case "ms" -> Duration.ofMillis(number);
      default -> Duration.ofSeconds(number);
    };
  }

  /** Parses MiB, or a number with a unit; bytes. */
  static long memory(String text) throws LaunchFailure {
    Matcher matcher = MEMORY.matcher(text);
    long bytes = matcher.matches() ? scaled(matcher, MIB_SHIFT) : 0;
    if (bytes < Limits.FRAME_BYTES) {
      throw LaunchFailure.ofArguments(
          "--memory must be a number of MiB, or one with M or G, and at least 16 MiB.");
    }
    return bytes;
  }

  /** Parses bytes, or a number with a unit. */
  static long bytes(String limit, String text) throws LaunchFailure {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw LaunchFailure.ofArguments(
          "The limit " + limit + " must be a number of bytes, or one with K, M or G.");
    }
    return scaled(matcher, 0);
  }

  static long count(String limit, String text) throws LaunchFailure {
    if (!COUNT.matcher(text).matches()) {
      throw LaunchFailure.ofArguments("The limit " + limit + " must be a number.");
    }
    return Long.parseLong(text);
  }

  private static long scaled(Matcher matcher, int withoutUnit) {
    int shift =
        switch (matcher.group(2).toUpperCase(Locale.ROOT)) {
          case "K" -> KIB_SHIFT;
          case "M" -> MIB_SHIFT;
          case "G" -> GIB_SHIFT;
          default -> withoutUnit;
        };
    return Long.parseLong(matcher.group(1)) << shift;
  }

  /** The text that is parsed as this value of a limit. */
  static String text(String limit, Object value) {
    if (value instanceof Duration time) {
      return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }
    long number = ((Number) value).longValue();
    if (!limit.endsWith("Bytes")) {
      return Long.toString(number);
    }
    if (number % (1 << MIB_SHIFT) == 0) {
      return (number >> MIB_SHIFT) + "M";
    }
    return number % (1 << KIB_SHIFT) == 0
        ? (number >> KIB_SHIFT) + "K"
        : Long.toString(number);
  }
}

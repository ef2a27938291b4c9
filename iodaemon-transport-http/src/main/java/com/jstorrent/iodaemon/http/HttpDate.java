package com.jstorrent.iodaemon.http;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * The current time as an IMF-fixdate (RFC 9110 § 5.6.7), formatted at most once a second. The JDK's
 * formatter would load time zones and names of days from files with the first answer, which delays it
 * and fails when no file descriptor is left. Thread-safe.
 */
final class HttpDate {
  private static volatile HttpDate latest = new HttpDate(0);

  private final long second;
  private final String text;

  private HttpDate(long second) {
    this.second = second;
    this.text = of(Instant.ofEpochSecond(second));
  }

  static String now() {
    long second = System.currentTimeMillis() / 1000;
    HttpDate date = latest;
    if (date.second != second) {
      date = new HttpDate(second);
      latest = date;
    }
    return date.text;
  }

  /** Formats a time whose year has four digits. */
  static String of(Instant instant) {
    LocalDateTime time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    StringBuilder text = new StringBuilder("Sun, 06 Nov 1994 08:49:37 GMT".length());
    threeLetters(text, time.getDayOfWeek()).append(", ");
    twoDigits(text, time.getDayOfMonth()).append(' ');
    threeLetters(text, time.getMonth()).append(' ').append(time.getYear()).append(' ');
    twoDigits(text, time.getHour()).append(':');
    twoDigits(text, time.getMinute()).append(':');
    return twoDigits(text, time.getSecond()).append(" GMT").toString();
  }

  private static StringBuilder threeLetters(StringBuilder text, Enum<?> name) {
    String letters = name.name();
    return text.append(letters.charAt(0)).append(letters.substring(1, 3).toLowerCase(Locale.ROOT));
  }

  private static StringBuilder twoDigits(StringBuilder text, int number) {
    return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }
}

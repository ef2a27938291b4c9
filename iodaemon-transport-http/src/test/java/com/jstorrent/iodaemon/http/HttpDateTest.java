package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** RFC 9110 § 5.6.7. */
class HttpDateTest {
  private static final DateTimeFormatter JDK =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  @Test
  void theExampleOfTheStandard() {
    assertThat(HttpDate.of(ZonedDateTime.of(1994, 11, 6, 8, 49, 37, 0, ZoneOffset.UTC).toInstant()))
        .isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
  }

  /** The calendar repeats itself after 400 years. */
  @Test
  void itSaysWhatTheJdkSaysOnEachDay() {
    final long days = 146_097;
    final long seconds = 86_400;
    for (long day = 0; day < days; day++) {
      Instant instant = Instant.ofEpochSecond(day * seconds + day * 7919 % seconds);
      assertThat(HttpDate.of(instant)).isEqualTo(JDK.format(instant));
    }
  }

  @Test
  void nowIsBetweenBeforeAndAfter() {
    Instant before = Instant.ofEpochSecond(Instant.now().getEpochSecond());
    Instant told = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(HttpDate.now()));
    assertThat(told).isBetween(before, Instant.now());
  }
}

package com.jstorrent.iodaemon.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Any Range header selects the same bytes as in a literal implementation of RFC 9110 § 14. */
class ByteRangeFuzzTest {
  private static final int SIZE_DIGITS = 18;

  /** The input is the size of the file, a blank, and the header. */
  @FuzzTest
  void ranges(byte[] bytes) {
    String input = new String(bytes, StandardCharsets.ISO_8859_1);
    int blank = input.indexOf(' ');
    String number = input.substring(0, Math.max(0, blank));
    if (number.isEmpty() || number.length() > SIZE_DIGITS || !isDigits(number)) {
      return;
    }
    long size = Long.parseLong(number);
    String header = input.substring(blank + 1);
    ByteRange range = ByteRange.of(header, size);
    if (range instanceof ByteRange.Part part) {
      assertThat(part.start()).isNotNegative().isLessThanOrEqualTo(part.end());
      assertThat(part.end()).isLessThan(size);
    }
    assertThat(range).isEqualTo(expected(header, BigInteger.valueOf(size)));
  }

  private static ByteRange expected(String header, BigInteger size) {
    if (!header.toLowerCase(Locale.ROOT).startsWith("bytes=")) {
      return new ByteRange.Whole();
    }
    String range = trimmed(header.substring("bytes=".length()));
    int dash = range.indexOf('-');
    if (dash < 0 || !isDigits(range.substring(0, dash)) || !isDigits(range.substring(dash + 1))
        || range.length() == 1) {
      return new ByteRange.Whole();
    }
    BigInteger last = size.subtract(BigInteger.ONE);
    if (dash == 0) {
      BigInteger suffix = number(range.substring(1));
      return suffix.signum() == 0 || size.signum() == 0
          ? new ByteRange.Unsatisfiable()
          : part(size.subtract(suffix).max(BigInteger.ZERO), last);
    }
    BigInteger start = number(range.substring(0, dash));
    BigInteger end = dash == range.length() - 1 ? null : number(range.substring(dash + 1));
    if (end != null && end.compareTo(start) < 0) {
      return new ByteRange.Whole();
    }
    return start.compareTo(size) >= 0
        ? new ByteRange.Unsatisfiable()
        : part(start, end == null ? last : end.min(last));
  }

  /** A number that is too large for a long is larger than any file; its exact value does not matter. */
  private static BigInteger number(String digits) {
    return new BigInteger(digits).min(BigInteger.valueOf(Long.MAX_VALUE));
  }

  private static ByteRange part(BigInteger start, BigInteger end) {
    return new ByteRange.Part(start.longValueExact(), end.longValueExact());
  }

  /** § 5.6.1: lists may have empty elements, and blanks around elements. */
  private static String trimmed(String list) {
    int from = 0;
    int to = list.length();
    while (from < to && " \t,".indexOf(list.charAt(from)) >= 0) {
      from++;
    }
    while (to > from && " \t,".indexOf(list.charAt(to - 1)) >= 0) {
      to--;
    }
    return list.substring(from, to);
  }

  private static boolean isDigits(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}

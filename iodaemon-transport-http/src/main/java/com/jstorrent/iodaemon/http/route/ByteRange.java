package com.jstorrent.iodaemon.http.route;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of a file that a {@code Range} header asks for (RFC 9110 § 14).
 */
sealed interface ByteRange {

  /** The whole file: there is no range, or it is ignored. */
  record Whole() implements ByteRange {}

  /** From start to end, which is inclusive. */
  record Part(long start, long end) implements ByteRange {}

  /** A range that begins after the end of the file. */
  record Unsatisfiable() implements ByteRange {}

  Pattern ONE = Pattern.compile("(?i)bytes=[ \t,]*([0-9]*)-([0-9]*)[ \t,]*");

  /**
   * A header that is malformed, or has another unit or several ranges, is ignored.
   *
   * @param size bytes of the file
   */
  static ByteRange of(@Nullable String header, long size) {
    Matcher range = header == null ? null : ONE.matcher(header);
    if (range == null || !range.matches()) {
      return new Whole();
    }
    String first = range.group(1);
    String last = range.group(2);
    if (first.isEmpty()) {
      return last.isEmpty() ? new Whole() : suffix(number(last), size);
    }
    long start = number(first);
    long end = last.isEmpty() ? Long.MAX_VALUE : number(last);
    if (end < start) {
      return new Whole(); // § 14.1.2: malformed
    }
    return start < size ? new Part(start, Math.min(end, size - 1)) : new Unsatisfiable();
  }

  private static ByteRange suffix(long length, long size) {
    return length == 0 || size == 0
        ? new Unsatisfiable()
        : new Part(Math.max(0, size - length), size - 1);
  }

  /** A number that is too large for a long is larger than any file. */
  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}

package com.jstorrent.iodaemon.http.wire;

/** Numbers as HTTP writes them: digits, and nothing in front of them or between. */
public final class DecimalDigits {
  /** One less than a long may have, so that two of them can be added without overflow. */
  public static final int MAX_DIGITS = 18;

  private DecimalDigits() {}

  /** The number, or -1 when it is none, or has more digits than {@link #MAX_DIGITS}. */
  public static long parse(String text) {
    if (text.isEmpty() || text.length() > MAX_DIGITS) {
      return -1;
    }
    long number = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = 10 * number + digit;
    }
    return number;
  }
}

package com.jstorrent.iodaemon.http.wire;

/** Numbers as HTTP writes them: decimal digits only, without a sign or separators. */
public final class DecimalDigits {
  /** One less than a long can have, so that the sum of two such numbers does not overflow. */
  public static final int MAX_DIGITS = 18;

  private DecimalDigits() {}

  /** The number, or -1 when the text is not a number or has more than {@link #MAX_DIGITS} digits. */
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

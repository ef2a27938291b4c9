package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.http.wire.DecimalDigits;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Offsets, lengths and other whole numbers in headers, queries and bodies. */
final class Numbers {
  private static final long MAX = 999_999_999_999_999_999L;

  private Numbers() {}

  /**
   * @param what names it in the message of the failure, such as "header X-Offset"
   * @param text null when it is missing
   * @throws OperationFailure EINVAL when it is not a number
   */
  static OptionalLong parse(String what, @Nullable String text) throws OperationFailure {
    if (text == null) {
      return OptionalLong.empty();
    }
    long number = DecimalDigits.parse(text);
    if (number < 0) {
      throw malformed(what);
    }
    return OptionalLong.of(number);
  }

  /**
   * @throws OperationFailure EINVAL when it is negative or too large
   */
  static long checked(String what, long number) throws OperationFailure {
    if (number < 0 || number > MAX) {
      throw malformed(what);
    }
    return number;
  }

  static OperationFailure malformed(String what) {
    return new OperationFailure(
        FailureCode.EINVAL,
        "The " + what + " must be a whole number of " + DecimalDigits.MAX_DIGITS
            + " digits at most.");
  }
}

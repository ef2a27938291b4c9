package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.SafePath;
import java.util.OptionalLong;

/** The headers that name a place in a file (PROTOCOL.md § 5.1). */
final class FileHeaders {
  private static final int MAX_DIGITS = 18;

  private FileHeaders() {}

  static SafePath path(Call call) throws OperationFailure {
    String encoded = call.header("X-Path-Base64");
    if (encoded == null) {
      throw new OperationFailure(FailureCode.EINVAL, "The header X-Path-Base64 is missing.");
    }
    return SafePath.ofBase64(encoded);
  }

  static long offset(Call call) throws OperationFailure {
    return number(call, "X-Offset").orElse(0);
  }

  static OptionalLong length(Call call) throws OperationFailure {
    return number(call, "X-Length");
  }

  /** At most 18 digits, so that offset and length can be added without overflow. */
  private static OptionalLong number(Call call, String header) throws OperationFailure {
    String text = call.header(header);
    if (text == null) {
      return OptionalLong.empty();
    }
    boolean digits =
        !text.isEmpty()
            && text.length() <= MAX_DIGITS
            && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits) {
      throw new OperationFailure(
          FailureCode.EINVAL, "The header " + header + " must be a number of bytes.");
    }
    return OptionalLong.of(Long.parseLong(text));
  }
}

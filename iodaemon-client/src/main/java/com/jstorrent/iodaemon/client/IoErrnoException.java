package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.Errno;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An operation on a socket failed. The daemon gives the number that Linux uses, on every platform
 * (PROTOCOL.md § 3.6).
 */
public final class IoErrnoException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int number;

  /**
   * @param what failed, as the beginning of a sentence, such as "Connecting to host:80"
   * @param number from the frame
   */
  IoErrnoException(String what, int number) {
    super(what + " failed: " + ErrnoText.of(number) + '.');
    this.number = number;
  }

  /** The number from the frame. */
  public int number() {
    return number;
  }

  /** The number's meaning, or null for a number that this version does not know. */
  public @Nullable Errno errno() {
    return Arrays.stream(Errno.values())
        .filter(errno -> errno.number() == number)
        .findFirst()
        .orElse(null);
  }
}

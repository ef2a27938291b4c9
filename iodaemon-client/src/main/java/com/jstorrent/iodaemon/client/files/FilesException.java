package com.jstorrent.iodaemon.client.files;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The daemon has refused a request, or has failed to carry it out (PROTOCOL.md § 5). Any other {@code IOException}
 * means that the daemon could not be asked, or has not answered in time.
 */
public final class FilesException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String sentence;
  private final @Nullable Duration retryAfter;

  FilesException(int status, String code, String sentence) {
    this(status, code, sentence, null);
  }

  FilesException(int status, String code, String sentence, @Nullable Duration retryAfter) {
    super(sentence + " (HTTP " + status + (code.isEmpty() ? ")" : ", " + code + ")"));
    this.status = status;
    this.code = code;
    this.sentence = sentence;
    this.retryAfter = retryAfter;
  }

  /** The HTTP status, such as 409. */
  public int status() {
    return status;
  }

  /**
   * The code of the contract, such as {@code EROOT} or {@code ENOENT}; empty when the answer has none.
   * Later daemons may have codes that are not known today.
   */
  public String code() {
    return code;
  }

  /** The daemon's explanation, in one sentence for the user. */
  public String sentence() {
    return sentence;
  }

  /** After what time the same request may succeed, from the header {@code Retry-After}. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}

package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;

/** The HTTP status of a failed operation (PROTOCOL.md § 5). */
public final class FailureStatus {
  private FailureStatus() {}

  public static int of(FailureCode code) {
    return switch (code) {
      case EINVAL, EISDIR, ENOTDIR, ENOTEMPTY, EXDEV -> 400;
      case EROOT, EACCES -> 403;
      case ENOENT -> 404;
      case EHASH, ESESSION -> 409;
      case ESTALE -> 412;
      case EFBIG -> 413;
      case ERANGE -> 416;
      case EIO -> 500;
      case EBUSY -> 503;
      case ENOSPC -> 507;
    };
  }
}

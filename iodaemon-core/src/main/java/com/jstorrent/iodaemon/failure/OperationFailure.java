package com.jstorrent.iodaemon.failure;

/**
 * Reports that an operation failed. The message is one sentence for the client's user: it names the
 * remedy if there is one, and never contains an absolute path. There is no stack trace, because any
 * client can cause this exception.
 */
public final class OperationFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final FailureCode code;

  public OperationFailure(FailureCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  public FailureCode code() {
    return code;
  }
}

package com.jstorrent.iodaemon.failure;

/**
 * One operation failed; whatever asked for it goes on. The message is one sentence for the person
 * at the other end: it names the fix where there is one, and never an absolute path. No stack trace
 * is kept, since any client can cause it.
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

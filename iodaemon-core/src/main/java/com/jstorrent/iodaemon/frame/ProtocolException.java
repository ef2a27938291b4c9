package com.jstorrent.iodaemon.frame;

/**
 * Reports a frame that violates the protocol. The message is one sentence, which the sender gets in
 * an ERROR frame. There is no stack trace, because any client can cause this exception.
 */
public final class ProtocolException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The request id of the frame that broke a rule. */
  private final int requestId;

  /**
   * A violation.
   *
   * @param requestId of the frame that broke a rule, or 0
   * @param message one sentence for the sender
   */
  public ProtocolException(int requestId, String message) {
    super(message, null, false, false);
    this.requestId = requestId;
  }

  /** {@return the request id for the ERROR frame; 0 if the frame was too short to have one} */
  public int requestId() {
    return requestId;
  }
}

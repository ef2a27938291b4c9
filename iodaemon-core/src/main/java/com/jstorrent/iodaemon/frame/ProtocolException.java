package com.jstorrent.iodaemon.frame;

/**
 * The peer sent a frame that the contract does not allow. The message is one sentence that goes
 * back to the peer in an ERROR frame; no stack trace is kept, since any client can cause it.
 */
public final class ProtocolException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int requestId;

  public ProtocolException(int requestId, String message) {
    super(message, null, false, false);
    this.requestId = requestId;
  }

  /** The id that the ERROR frame echoes; 0 when the frame was too short to carry one. */
  public int requestId() {
    return requestId;
  }
}

package com.jstorrent.iodaemon.transport;

/** Why a connection ends, with the status code that RFC 6455 § 7.4 gives it. */
public enum CloseReason {
  NORMAL(1000),
  /** The daemon shuts down. */
  GOING_AWAY(1001),
  PROTOCOL_ERROR(1002),
  /** A text message; the protocol is binary. */
  UNSUPPORTED_DATA(1003),
  /** Authentication failed or did not come in time. */
  POLICY_VIOLATION(1008),
  TOO_BIG(1009),
  INTERNAL_ERROR(1011),
  /** Others wait for the memory that the connection holds. */
  TRY_AGAIN_LATER(1013);

  private final int code;

  CloseReason(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}

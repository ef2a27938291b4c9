package com.jstorrent.iodaemon.client;

import java.io.IOException;

/** The daemon has closed the connection, and with it the session (PROTOCOL.md § 9.3). */
public final class LinkClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * @param code of the WebSocket's Close (RFC 6455 § 7.4)
   */
  public LinkClosedException(int code) {
    super("The daemon has closed the connection with " + code + '.');
    this.code = code;
  }

  /** The code of the WebSocket's Close, such as 1001 when the daemon shuts down. */
  public int code() {
    return code;
  }
}

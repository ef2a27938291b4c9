package com.jstorrent.iodaemon.client;

import java.io.IOException;

/** The daemon did not accept the token (PROTOCOL.md § 2.2). */
public final class AuthenticationException extends IOException {
  private static final long serialVersionUID = 1L;

  public AuthenticationException() {
    super("The daemon did not accept the token; use the one that it was started with.");
  }
}

package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;

/** The version of the request is HTTP/2 or later; answered with 505. */
public final class UnsupportedVersionException extends IOException {
  private static final long serialVersionUID = 1L;

  UnsupportedVersionException() {
    super("The version of HTTP is not supported.");
  }
}

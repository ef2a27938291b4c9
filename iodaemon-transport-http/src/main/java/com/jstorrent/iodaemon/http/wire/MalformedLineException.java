package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;

/** A line of a request is malformed, too long, or empty where it must not be; answered with 400. */
public final class MalformedLineException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedLineException(String message) {
    super(message);
  }
}

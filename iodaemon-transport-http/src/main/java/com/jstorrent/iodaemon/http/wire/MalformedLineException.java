package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;

/** A line of a request is not what it has to be; answered with 400. */
public final class MalformedLineException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedLineException(String message) {
    super(message);
  }
}

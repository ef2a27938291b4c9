package com.jstorrent.iodaemon.http;

import java.io.IOException;

/** The body of a request is over the limit; answered with 413. */
final class BodyTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  BodyTooLargeException() {
    super("The body of the request is too large.");
  }
}

package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;

/** The head of a request is over the limit of bytes or header fields; answered with 431. */
public final class HeadTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  HeadTooLargeException() {
    super("The head of the request is too large.");
  }
}

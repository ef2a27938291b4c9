package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;

/** The head of a request is made of lines, but they are no head; answered with 400. */
public final class MalformedRequestException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedRequestException(String message) {
    super(message);
  }
}

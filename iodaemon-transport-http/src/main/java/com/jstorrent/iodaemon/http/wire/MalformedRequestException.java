package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;

/** The lines of a head are well-formed, but their content is not; answered with 400. */
public final class MalformedRequestException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedRequestException(String message) {
    super(message);
  }
}

package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;

/** The chunked coding of a body is malformed; answered with 400. */
public final class MalformedChunkException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedChunkException(String message) {
    super(message);
  }
}

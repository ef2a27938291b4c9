package com.jstorrent.iodaemon.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The daemon has broken the protocol. It would send the same frame again after resuming, so the session ends. */
final class MalformedFrameException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedFrameException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

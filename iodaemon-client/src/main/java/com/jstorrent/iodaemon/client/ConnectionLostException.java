package com.jstorrent.iodaemon.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The connection to the daemon is lost and cannot be resumed. All sockets of the client ended with
 * it; connect a new client.
 */
public final class ConnectionLostException extends IOException {
  private static final long serialVersionUID = 1L;

  ConnectionLostException(String why, @Nullable Throwable cause) {
    super("The connection to the daemon is lost, and its sockets with it: " + why, cause);
  }
}

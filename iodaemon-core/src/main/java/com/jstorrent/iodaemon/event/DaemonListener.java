package com.jstorrent.iodaemon.event;

/**
 * Hears what happens in a daemon. The methods are called on the daemon's own threads: they must
 * return soon and must not throw.
 */
public interface DaemonListener {

  /** Hears nothing. */
  DaemonListener NONE = new DaemonListener() {};

  /** Every transport accepts clients now. */
  default void onStarted(int port) {}

  /** A client has shown the token. */
  default void onSessionOpened(SessionInfo session) {}

  /** The connection of an authenticated client has ended, and its sockets with it. */
  default void onSessionClosed(SessionInfo session) {}

  /** The daemon has stopped. */
  default void onStopped() {}
}

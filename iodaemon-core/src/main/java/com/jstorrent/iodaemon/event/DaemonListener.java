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

  /**
   * A client has shown the token. Once more, behind {@link #onSessionClosed}, when it names itself only
   * after that.
   */
  default void onSessionOpened(SessionInfo session) {}

  /** The connection of an authenticated client has ended, and its sockets with it. */
  default void onSessionClosed(SessionInfo session) {}

  /** The daemon has stopped. */
  default void onStopped() {}

  /** One that tells this listener and then the other one. */
  default DaemonListener andThen(DaemonListener next) {
    DaemonListener first = this;
    return new DaemonListener() {
      @Override
      public void onStarted(int port) {
        first.onStarted(port);
        next.onStarted(port);
      }

      @Override
      public void onSessionOpened(SessionInfo session) {
        first.onSessionOpened(session);
        next.onSessionOpened(session);
      }

      @Override
      public void onSessionClosed(SessionInfo session) {
        first.onSessionClosed(session);
        next.onSessionClosed(session);
      }

      @Override
      public void onStopped() {
        first.onStopped();
        next.onStopped();
      }
    };
  }
}

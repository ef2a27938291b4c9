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

  /**
   * Something has happened that the daemon cannot survive, such as running out of memory, or an end of
   * accepting. It still runs, but serves no longer as it should: close it, or end the process. May be
   * called more than once.
   */
  default void onFailed(Throwable cause) {}

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
      public void onFailed(Throwable cause) {
        first.onFailed(cause);
        next.onFailed(cause);
      }

      @Override
      public void onStopped() {
        first.onStopped();
        next.onStopped();
      }
    };
  }
}

package com.jstorrent.iodaemon.event;

/**
 * Is notified of events in a daemon. The methods are called on the daemon's threads: they must
 * return quickly and must not throw.
 */
public interface DaemonListener {

  /** Does nothing. */
  DaemonListener NONE = new DaemonListener() {};

  /**
   * The daemon has started: all transports accept clients.
   *
   * @param port on 127.0.0.1, or 0 if no transport has one
   */
  default void onStarted(int port) {}

  /**
   * A client has authenticated. If it gives its name only later, {@link #onSessionClosed} and this
   * are called again.
   *
   * @param session who it is
   */
  default void onSessionOpened(SessionInfo session) {}

  /**
   * The connection of an authenticated client has ended. Its sockets are closed, unless it may still resume.
   *
   * @param session who it was
   */
  default void onSessionClosed(SessionInfo session) {}

  /**
   * The daemon has failed irrecoverably, for example because memory ran out or accepting
   * connections ended. It is still running but no longer serves clients properly: close it, or end
   * the process. May be called more than once.
   *
   * @param cause what it does not survive
   */
  default void onFailed(Throwable cause) {}

  /**
   * After a time of high load, direct buffers that are no longer needed were left to the garbage
   * collector. Their memory returns to the system with the next full collection, which a program that
   * does little else may want to trigger.
   *
   * @param bytes how many bytes they have outside the heap
   */
  default void onBuffersDiscarded(long bytes) {}

  /** The daemon has stopped. */
  default void onStopped() {}

  /**
   * {@return a listener that notifies this one and then another}
   *
   * @param next the other one
   */
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
      public void onBuffersDiscarded(long bytes) {
        first.onBuffersDiscarded(bytes);
        next.onBuffersDiscarded(bytes);
      }

      @Override
      public void onStopped() {
        first.onStopped();
        next.onStopped();
      }
    };
  }
}

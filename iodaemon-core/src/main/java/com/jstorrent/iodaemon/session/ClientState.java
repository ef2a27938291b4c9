package com.jstorrent.iodaemon.session;

/**
 * Whether a client has a connection, and whether it may get another one (PROTOCOL.md § 9.3).
 *
 * <pre>
 *  CONNECTED ──LOST──▶ DISCONNECTED ──RESUME──▶ CONNECTED
 *  CONNECTED ──CLOSE──▶ CLOSING ──LOST──▶ ENDED
 *  DISCONNECTED ──CLOSE, EXPIRE──▶ ENDED
 *  Every state ──END──▶ ENDED
 * </pre>
 */
enum ClientState {
  CONNECTED,
  /** The daemon ends the connection: the client cannot resume. */
  CLOSING,
  /** The sockets wait for another connection. */
  DISCONNECTED,
  ENDED;

  /** What may happen to a client. */
  enum Event {
    /** The connection is gone, neither side has said that it is done, and nothing uses it any more. */
    LOST,
    /** Another connection takes over. */
    RESUME,
    /** No connection came in time. */
    EXPIRE,
    /** The daemon has ended the connection, or cannot serve the client any more. */
    CLOSE,
    /** The connection has ended, and no other may go on. */
    END
  }

  /** The state after an event; the same one when the event changes nothing. */
  ClientState next(Event event) {
    return switch (this) {
      case CONNECTED ->
          switch (event) {
            case LOST -> DISCONNECTED;
            case CLOSE -> CLOSING;
            case END -> ENDED;
            case RESUME, EXPIRE -> this;
          };
      case CLOSING ->
          switch (event) {
            case LOST, END -> ENDED;
            case RESUME, EXPIRE, CLOSE -> this;
          };
      case DISCONNECTED ->
          switch (event) {
            case RESUME -> CONNECTED;
            case EXPIRE, CLOSE, END -> ENDED;
            case LOST -> this;
          };
      case ENDED -> this;
    };
  }
}

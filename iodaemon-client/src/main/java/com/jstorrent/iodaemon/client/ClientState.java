package com.jstorrent.iodaemon.client;

/** Where a client is in its life. */
public enum ClientState {
  /** Frames go both ways. */
  CONNECTED,
  /** The connection was lost; the client tries to resume its session (PROTOCOL.md § 9.3). */
  RESUMING,
  /** It is over: closed by the application, or lost for good. */
  CLOSED;

  /** What happens to a client. */
  enum Event {
    LOST,
    RESUMED,
    ENDED
  }

  /** The state after an event; the same one when the event changes nothing. */
  ClientState after(Event event) {
    return switch (this) {
      case CONNECTED -> switch (event) {
        case LOST -> RESUMING;
        case RESUMED -> CONNECTED;
        case ENDED -> CLOSED;
      };
      case RESUMING -> switch (event) {
        case LOST -> RESUMING;
        case RESUMED -> CONNECTED;
        case ENDED -> CLOSED;
      };
      case CLOSED -> CLOSED;
    };
  }
}

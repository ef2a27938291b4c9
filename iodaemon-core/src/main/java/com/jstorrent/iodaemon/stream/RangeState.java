package com.jstorrent.iodaemon.stream;

/**
 * The state of a request for a range (PROTOCOL.md § 5.5).
 *
 * <pre>
 *  ASKED ----AVAILABLE, READY--> GRANTED
 *  ASKED ----BLOCK-------------> BLOCKED
 *  BLOCKED --AVAILABLE, READY--> GRANTED
 *  ASKED, BLOCKED --REJECT-----> REJECTED
 *  ASKED, BLOCKED --GIVE_UP----> OVER
 * </pre>
 */
enum RangeState {
  /** The client has not answered yet. */
  ASKED,
  /** The client is fetching the bytes. */
  BLOCKED,
  /** The bytes are in the file. */
  GRANTED,
  /** The client cannot provide the bytes. */
  REJECTED,
  /** The player or the session is gone. */
  OVER;

  /** What can happen to a request. */
  enum Event {
    AVAILABLE,
    BLOCK,
    READY,
    REJECT,
    GIVE_UP
  }

  /** The state after an event; unchanged if the event does not apply. */
  RangeState next(Event event) {
    return switch (this) {
      case ASKED, BLOCKED ->
          switch (event) {
            case AVAILABLE, READY -> GRANTED;
            case BLOCK -> BLOCKED;
            case REJECT -> REJECTED;
            case GIVE_UP -> OVER;
          };
      case GRANTED, REJECTED, OVER -> this;
    };
  }
}

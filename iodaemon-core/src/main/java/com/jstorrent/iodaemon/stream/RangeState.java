package com.jstorrent.iodaemon.stream;

/**
 * How far a request for a range has come (PROTOCOL.md § 5.5).
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
  /** The client will not have them. */
  REJECTED,
  /** Nobody waits any more, or nobody can answer any more. */
  OVER;

  /** What can happen to a request. */
  enum Event {
    AVAILABLE,
    BLOCK,
    READY,
    REJECT,
    GIVE_UP
  }

  /** The state after an event; the same state when the event means nothing in it. */
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

package com.jstorrent.iodaemon.net.relay;

/**
 * What the thread of a {@link SelectorLoop} does, if there is one.
 *
 * <pre>
 *  BUSY ──SELECT──▶ SELECTING ──WAKE──▶ BUSY
 *  BUSY ──PARK──▶ PARKED ──WAKE──▶ BUSY
 *  PARKED ──EXIT_THREAD──▶ NO_THREAD ──WAKE──▶ BUSY
 *  Every state ──END──▶ ENDED
 * </pre>
 */
enum LoopState {
  /** It serves channels or runs tasks, and looks for further tasks before it waits. */
  BUSY,
  /** It waits for an event of a channel. */
  SELECTING,
  /** It waits for a task: there is no channel to serve. */
  PARKED,
  /** There is no thread: the thread that moves the loop from here to BUSY has to start one. */
  NO_THREAD,
  ENDED;

  /** What may happen to a loop. */
  enum Event {
    /** Something is to be done, or the thread has found an event itself. */
    WAKE,
    /** The thread is going to wait for channels. */
    SELECT,
    /** The thread is going to wait for tasks. */
    PARK,
    /** The thread has had nothing to do for a while, and wants to end. */
    EXIT_THREAD,
    /** Nothing is served any more. */
    END
  }

  /** The state after an event; the same one when the event changes nothing. */
  LoopState next(Event event) {
    return switch (event) {
      case WAKE -> this == ENDED ? this : BUSY;
      case SELECT -> this == BUSY ? SELECTING : this;
      case PARK -> this == BUSY ? PARKED : this;
      case EXIT_THREAD -> this == PARKED ? NO_THREAD : this;
      case END -> ENDED;
    };
  }
}

package com.jstorrent.iodaemon.net;

/**
 * Whether the frames of a client are kept for another connection (PROTOCOL.md § 9.3).
 *
 * <pre>
 *  KEPT ──REPLAY──▶ REPLAYED ──REPLAY_OVER──▶ KEPT
 *  KEPT ──FORFEIT──▶ FORFEITED
 *  REPLAYED ──FORFEIT──▶ FORFEITED_IN_REPLAY ──REPLAY_OVER──▶ FORFEITED
 * </pre>
 */
enum Retention {
  /** They are kept until the client acknowledges them. */
  KEPT,
  /** They are being sent again. */
  REPLAYED,
  /** They are being sent again, and are kept only for that. */
  FORFEITED_IN_REPLAY,
  /** They are not kept: the sockets live on, but cannot be resumed. */
  FORFEITED;

  /** What may happen to the frames. */
  enum Event {
    /** Another connection is about to get them. */
    REPLAY,
    /** It has received them, or does not get them after all. */
    REPLAY_OVER,
    /** They are to be kept no longer. */
    FORFEIT
  }

  /** The state after an event; the same one when the event changes nothing. */
  Retention next(Event event) {
    return switch (event) {
      case REPLAY -> this == KEPT ? REPLAYED : this;
      case REPLAY_OVER -> switch (this) {
        case REPLAYED -> KEPT;
        case FORFEITED_IN_REPLAY -> FORFEITED;
        case KEPT, FORFEITED -> this;
      };
      case FORFEIT -> switch (this) {
        case KEPT -> FORFEITED;
        case REPLAYED -> FORFEITED_IN_REPLAY;
        case FORFEITED_IN_REPLAY, FORFEITED -> this;
      };
    };
  }

  boolean isForfeited() {
    return this == FORFEITED || this == FORFEITED_IN_REPLAY;
  }
}

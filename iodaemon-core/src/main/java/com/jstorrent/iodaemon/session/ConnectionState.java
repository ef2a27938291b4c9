package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.frame.Opcode.Phase;

/**
 * How far the conversation with a client has come (PROTOCOL.md § 3, "Handshake").
 *
 * <pre>
 *  AWAIT_HELLO ──CLIENT_HELLO──▶ AWAIT_AUTH ──AUTH──▶ OPEN
 *  TRUSTED ──CLIENT_HELLO──▶ GREETED ──anything else──▶ OPEN
 *  TRUSTED ──anything else─────────────────────────────▶ OPEN
 *  (the upgrade request carried the token; a handshake may follow, but need not)
 *  Every state ──violation, wrong token, end of the connection──▶ CLOSED
 * </pre>
 */
enum ConnectionState {
  AWAIT_HELLO,
  AWAIT_AUTH,
  OPEN,
  TRUSTED,
  GREETED,
  CLOSED;

  /** What to do with a frame. */
  enum Verdict {
    /** Handle it. */
    ACCEPT,
    /** Answer with ERROR; the connection lives. */
    REFUSE,
    /** Answer with ERROR and close. */
    CLOSE,
    /** The connection is ending: ignore it. */
    DROP
  }

  /**
   * What to do with a frame of this opcode in this state.
   *
   * @param served the phase that the connection is for
   */
  Verdict verdict(Opcode opcode, Phase served) {
    return switch (this) {
      case AWAIT_HELLO -> opcode == Opcode.CLIENT_HELLO ? Verdict.ACCEPT : Verdict.CLOSE;
      case AWAIT_AUTH -> opcode == Opcode.AUTH ? Verdict.ACCEPT : Verdict.CLOSE;
      case OPEN -> opcode.phase() == served ? Verdict.ACCEPT : Verdict.REFUSE;
      case TRUSTED ->
          opcode.phase() == Phase.HANDSHAKE || opcode.phase() == served
              ? Verdict.ACCEPT
              : Verdict.REFUSE;
      case GREETED ->
          opcode == Opcode.AUTH || opcode.phase() == served ? Verdict.ACCEPT : Verdict.REFUSE;
      case CLOSED -> Verdict.DROP;
    };
  }

  /** The state after a frame that was accepted and, for AUTH, carried the right token. */
  ConnectionState next(Opcode opcode) {
    return switch (this) {
      case AWAIT_HELLO -> opcode == Opcode.CLIENT_HELLO ? AWAIT_AUTH : this;
      case AWAIT_AUTH -> opcode == Opcode.AUTH ? OPEN : this;
      case TRUSTED -> opcode == Opcode.CLIENT_HELLO ? GREETED : OPEN;
      case GREETED -> OPEN;
      case OPEN, CLOSED -> this;
    };
  }

  /** Whether the client has shown the token. */
  boolean authenticated() {
    return this == OPEN || this == TRUSTED || this == GREETED;
  }
}

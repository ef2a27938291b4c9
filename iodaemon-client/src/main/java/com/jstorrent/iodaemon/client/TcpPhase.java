package com.jstorrent.iodaemon.client;

/** The life of a TCP connection as the client sees it (PROTOCOL.md § 4.2, § 9.1). */
enum TcpPhase {
  OPEN,
  /** The peer sends no more. */
  PEER_SHUT,
  /** The client sends no more. */
  CLIENT_SHUT,
  /** Neither sends any more; the daemon's TCP_CLOSE is on its way. */
  BOTH_SHUT,
  /** The client has closed it; the daemon's TCP_CLOSE is still to come. */
  CLOSING,
  /** The daemon's TCP_CLOSE has come, or the session has ended. */
  ENDED;

  /** What happens to a connection. */
  enum Event {
    /** The client ends its side. */
    SHUTDOWN,
    /** The peer has ended its side. */
    PEER_SHUTDOWN,
    /** The client closes it. */
    CLOSE,
    /** The daemon's last frame. */
    END
  }

  /** The phase after an event; the same one when the event changes nothing. */
  TcpPhase after(Event event) {
    return switch (event) {
      case SHUTDOWN -> switch (this) {
        case OPEN -> CLIENT_SHUT;
        case PEER_SHUT -> BOTH_SHUT;
        case CLIENT_SHUT, BOTH_SHUT, CLOSING, ENDED -> this;
      };
      case PEER_SHUTDOWN -> switch (this) {
        case OPEN -> PEER_SHUT;
        case CLIENT_SHUT -> BOTH_SHUT;
        case PEER_SHUT, BOTH_SHUT, CLOSING, ENDED -> this;
      };
      case CLOSE -> this == ENDED ? ENDED : CLOSING;
      case END -> ENDED;
    };
  }
}

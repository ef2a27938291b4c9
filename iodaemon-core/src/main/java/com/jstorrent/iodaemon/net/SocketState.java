package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.DaemonFrame;

/**
 * The life of a TCP socket as its client sees it.
 *
 * <pre>
 *  CONNECTING --CONNECTED-------> OPEN
 *  CONNECTING --CLIENT_CLOSE----> CLOSED
 *  OPEN --------PEER_END--------> PEER_ENDED
 *  OPEN --------PEER_SHUTDOWN---> PEER_SHUT       (half-close only)
 *  OPEN --------CLIENT_SHUTDOWN-> CLIENT_SHUT     (half-close only)
 *  PEER_SHUT ---CLIENT_SHUTDOWN-> PEER_ENDED
 *  CLIENT_SHUT -PEER_END--------> PEER_ENDED
 *  CLIENT_SHUT -PEER_SHUTDOWN---> PEER_ENDED
 *  PEER_ENDED --DRAINED---------> CLOSED
 *  connected ---CLIENT_CLOSE----> CLIENT_ENDED
 *  CLIENT_ENDED-DRAINED---------> CLOSED
 *  every state -FAILURE---------> CLOSED
 * </pre>
 */
enum SocketState {
  /** The id is taken; no connection yet. What the client sends is queued. */
  CONNECTING,
  /** Bytes go both ways. */
  OPEN,
  /** The peer will send no more; the client has been told and may go on. */
  PEER_SHUT,
  /** The client will send no more; the peer may go on. */
  CLIENT_SHUT,
  /** Neither side sends any more; what is queued for the peer is still written. */
  PEER_ENDED,
  /** The client closed it: nothing more is delivered to it; what is queued is written, then FIN. */
  CLIENT_ENDED,
  CLOSED;

  /** What can happen to a socket. */
  enum Event {
    CONNECTED,
    /** The peer ends its side, and that ends the socket. */
    PEER_END,
    /** The peer ends its side alone. */
    PEER_SHUTDOWN,
    /** The client ends its side alone. */
    CLIENT_SHUTDOWN,
    CLIENT_CLOSE,
    /** Nothing is queued for the peer any more. */
    DRAINED,
    FAILURE
  }

  /** Whether the client is to get what the peer sends. */
  boolean deliversInput() {
    return this == OPEN || this == CLIENT_SHUT;
  }

  /** Whether the client may send, and its peer may take it. */
  boolean takesFromClient() {
    return this == OPEN || this == PEER_SHUT;
  }

  /** The state as RESUMED reports it (PROTOCOL.md § 9.3). */
  DaemonFrame.Live.State live() {
    return switch (this) {
      case CONNECTING -> DaemonFrame.Live.State.CONNECTING;
      case OPEN -> DaemonFrame.Live.State.OPEN;
      case PEER_SHUT -> DaemonFrame.Live.State.PEER_SHUT;
      case CLIENT_SHUT -> DaemonFrame.Live.State.CLIENT_SHUT;
      case PEER_ENDED, CLIENT_ENDED, CLOSED -> DaemonFrame.Live.State.ENDING;
    };
  }

  /** The state after an event; the same state when the event changes nothing. */
  SocketState next(Event event) {
    return switch (this) {
      case CONNECTING ->
          switch (event) {
            case CONNECTED -> OPEN;
            case CLIENT_CLOSE, FAILURE -> CLOSED;
            default -> this;
          };
      case OPEN ->
          switch (event) {
            case PEER_END -> PEER_ENDED;
            case PEER_SHUTDOWN -> PEER_SHUT;
            case CLIENT_SHUTDOWN -> CLIENT_SHUT;
            case CLIENT_CLOSE -> CLIENT_ENDED;
            case FAILURE -> CLOSED;
            default -> this;
          };
      case PEER_SHUT ->
          switch (event) {
            case CLIENT_SHUTDOWN -> PEER_ENDED;
            case CLIENT_CLOSE -> CLIENT_ENDED;
            case FAILURE -> CLOSED;
            default -> this;
          };
      case CLIENT_SHUT ->
          switch (event) {
            case PEER_END, PEER_SHUTDOWN -> PEER_ENDED;
            case CLIENT_CLOSE -> CLIENT_ENDED;
            case FAILURE -> CLOSED;
            default -> this;
          };
      case PEER_ENDED ->
          switch (event) {
            case CLIENT_CLOSE -> CLIENT_ENDED;
            case DRAINED, FAILURE -> CLOSED;
            default -> this;
          };
      case CLIENT_ENDED ->
          switch (event) {
            case DRAINED, FAILURE -> CLOSED;
            default -> this;
          };
      case CLOSED -> this;
    };
  }
}

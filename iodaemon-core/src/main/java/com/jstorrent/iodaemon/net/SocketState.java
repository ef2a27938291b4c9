package com.jstorrent.iodaemon.net;

/**
 * The life of a TCP socket as its client sees it.
 *
 * <pre>
 *  CONNECTING --CONNECTED----> OPEN
 *  CONNECTING --CLIENT_CLOSE-> CLOSED
 *  OPEN --------PEER_END-----> PEER_ENDED
 *  OPEN --------CLIENT_CLOSE-> CLIENT_ENDED
 *  PEER_ENDED --CLIENT_CLOSE-> CLIENT_ENDED
 *  PEER_ENDED --DRAINED------> CLOSED
 *  CLIENT_ENDED-DRAINED------> CLOSED
 *  every state -FAILURE------> CLOSED
 * </pre>
 */
enum SocketState {
  /** The id is taken; no connection yet. What the client sends is queued. */
  CONNECTING,
  /** Bytes go both ways. */
  OPEN,
  /** The peer will send no more; what is queued for it is still written. */
  PEER_ENDED,
  /** The client closed it: it hears nothing more; what is queued is written, then FIN. */
  CLIENT_ENDED,
  CLOSED;

  /** What can happen to a socket. */
  enum Event {
    CONNECTED,
    PEER_END,
    CLIENT_CLOSE,
    /** Nothing is queued for the peer any more. */
    DRAINED,
    FAILURE
  }

  /** The state after an event; the same state when the event means nothing in it. */
  SocketState next(Event event) {
    return switch (this) {
      case CONNECTING ->
          switch (event) {
            case CONNECTED -> OPEN;
            case CLIENT_CLOSE, FAILURE -> CLOSED;
            case PEER_END, DRAINED -> this;
          };
      case OPEN ->
          switch (event) {
            case PEER_END -> PEER_ENDED;
            case CLIENT_CLOSE -> CLIENT_ENDED;
            case FAILURE -> CLOSED;
            case CONNECTED, DRAINED -> this;
          };
      case PEER_ENDED ->
          switch (event) {
            case CLIENT_CLOSE -> CLIENT_ENDED;
            case DRAINED, FAILURE -> CLOSED;
            case CONNECTED, PEER_END -> this;
          };
      case CLIENT_ENDED ->
          switch (event) {
            case DRAINED, FAILURE -> CLOSED;
            case CONNECTED, PEER_END, CLIENT_CLOSE -> this;
          };
      case CLOSED -> this;
    };
  }
}

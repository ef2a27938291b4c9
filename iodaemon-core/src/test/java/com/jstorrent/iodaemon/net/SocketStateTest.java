package com.jstorrent.iodaemon.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.net.SocketState.Event;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocketStateTest {

  /** Every state with every event. */
  @ParameterizedTest
  @CsvSource({
      "CONNECTING,   CONNECTED,    OPEN",
      "CONNECTING,   PEER_END,     CONNECTING",
      "CONNECTING,   CLIENT_CLOSE, CLOSED",
      "CONNECTING,   DRAINED,      CONNECTING",
      "CONNECTING,   FAILURE,      CLOSED",
      "OPEN,         CONNECTED,    OPEN",
      "OPEN,         PEER_END,     PEER_ENDED",
      "OPEN,         CLIENT_CLOSE, CLIENT_ENDED",
      "OPEN,         DRAINED,      OPEN",
      "OPEN,         FAILURE,      CLOSED",
      "PEER_ENDED,   CONNECTED,    PEER_ENDED",
      "PEER_ENDED,   PEER_END,     PEER_ENDED",
      "PEER_ENDED,   CLIENT_CLOSE, CLIENT_ENDED",
      "PEER_ENDED,   DRAINED,      CLOSED",
      "PEER_ENDED,   FAILURE,      CLOSED",
      "CLIENT_ENDED, CONNECTED,    CLIENT_ENDED",
      "CLIENT_ENDED, PEER_END,     CLIENT_ENDED",
      "CLIENT_ENDED, CLIENT_CLOSE, CLIENT_ENDED",
      "CLIENT_ENDED, DRAINED,      CLOSED",
      "CLIENT_ENDED, FAILURE,      CLOSED",
      "CLOSED,       CONNECTED,    CLOSED",
      "CLOSED,       PEER_END,     CLOSED",
      "CLOSED,       CLIENT_CLOSE, CLOSED",
      "CLOSED,       DRAINED,      CLOSED",
      "CLOSED,       FAILURE,      CLOSED",
  })
  void transitions(SocketState before, Event event, SocketState after) {
    assertThat(before.next(event)).isEqualTo(after);
  }
}

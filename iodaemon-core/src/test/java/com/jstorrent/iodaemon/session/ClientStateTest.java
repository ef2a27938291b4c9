package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.session.ClientState.Event;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROTOCOL.md § 9.3: every state with every event. */
class ClientStateTest {

  @ParameterizedTest
  @CsvSource({
      "CONNECTED,    LOST,   DISCONNECTED",
      "CONNECTED,    RESUME, CONNECTED",
      "CONNECTED,    EXPIRE, CONNECTED",
      "CONNECTED,    CLOSE,  CLOSING",
      "CONNECTED,    END,    ENDED",
      "CLOSING,      LOST,   ENDED",
      "CLOSING,      RESUME, CLOSING",
      "CLOSING,      EXPIRE, CLOSING",
      "CLOSING,      CLOSE,  CLOSING",
      "CLOSING,      END,    ENDED",
      "DISCONNECTED, LOST,   DISCONNECTED",
      "DISCONNECTED, RESUME, CONNECTED",
      "DISCONNECTED, EXPIRE, ENDED",
      "DISCONNECTED, CLOSE,  ENDED",
      "DISCONNECTED, END,    ENDED",
      "ENDED,        LOST,   ENDED",
      "ENDED,        RESUME, ENDED",
      "ENDED,        EXPIRE, ENDED",
      "ENDED,        CLOSE,  ENDED",
      "ENDED,        END,    ENDED"})
  void anEventLeadsToTheNextState(ClientState state, Event event, ClientState next) {
    assertThat(state.next(event)).isEqualTo(next);
  }
}

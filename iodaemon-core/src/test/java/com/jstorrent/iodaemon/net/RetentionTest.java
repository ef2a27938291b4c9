package com.jstorrent.iodaemon.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.net.Retention.Event;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every state of the frames that are kept for a client, with every event. */
class RetentionTest {

  @ParameterizedTest
  @CsvSource({
      "KEPT,                REPLAY,      REPLAYED",
      "KEPT,                REPLAY_OVER, KEPT",
      "KEPT,                FORFEIT,     FORFEITED",
      "REPLAYED,            REPLAY,      REPLAYED",
      "REPLAYED,            REPLAY_OVER, KEPT",
      "REPLAYED,            FORFEIT,     FORFEITED_IN_REPLAY",
      "FORFEITED_IN_REPLAY, REPLAY,      FORFEITED_IN_REPLAY",
      "FORFEITED_IN_REPLAY, REPLAY_OVER, FORFEITED",
      "FORFEITED_IN_REPLAY, FORFEIT,     FORFEITED_IN_REPLAY",
      "FORFEITED,           REPLAY,      FORFEITED",
      "FORFEITED,           REPLAY_OVER, FORFEITED",
      "FORFEITED,           FORFEIT,     FORFEITED"})
  void anEventLeadsToTheNextState(Retention state, Event event, Retention next) {
    assertThat(state.next(event)).isEqualTo(next);
  }
}

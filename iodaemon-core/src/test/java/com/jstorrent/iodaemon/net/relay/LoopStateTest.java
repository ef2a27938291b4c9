package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.net.relay.LoopState.Event;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every state of a loop's thread with every event. */
class LoopStateTest {

  @ParameterizedTest
  @CsvSource({
      "BUSY,      WAKE,   BUSY",
      "BUSY,      SELECT, SELECTING",
      "BUSY,      PARK,   PARKED",
      "BUSY,      REST,   BUSY",
      "BUSY,      END,    ENDED",
      "SELECTING, WAKE,   BUSY",
      "SELECTING, SELECT, SELECTING",
      "SELECTING, PARK,   SELECTING",
      "SELECTING, REST,   SELECTING",
      "SELECTING, END,    ENDED",
      "PARKED,    WAKE,   BUSY",
      "PARKED,    SELECT, PARKED",
      "PARKED,    PARK,   PARKED",
      "PARKED,    REST,   RESTING",
      "PARKED,    END,    ENDED",
      "RESTING,   WAKE,   BUSY",
      "RESTING,   SELECT, RESTING",
      "RESTING,   PARK,   RESTING",
      "RESTING,   REST,   RESTING",
      "RESTING,   END,    ENDED",
      "ENDED,     WAKE,   ENDED",
      "ENDED,     SELECT, ENDED",
      "ENDED,     PARK,   ENDED",
      "ENDED,     REST,   ENDED",
      "ENDED,     END,    ENDED"})
  void anEventLeadsToTheNextState(LoopState state, Event event, LoopState next) {
    assertThat(state.next(event)).isEqualTo(next);
  }
}

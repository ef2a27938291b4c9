package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.net.relay.LoopState.Event;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every state of a loop's thread with every event. */
class LoopStateTest {

  @ParameterizedTest
  @CsvSource({
      "BUSY,      WAKE,        BUSY",
      "BUSY,      SELECT,      SELECTING",
      "BUSY,      PARK,        PARKED",
      "BUSY,      EXIT_THREAD, BUSY",
      "BUSY,      END,         ENDED",
      "SELECTING, WAKE,        BUSY",
      "SELECTING, SELECT,      SELECTING",
      "SELECTING, PARK,        SELECTING",
      "SELECTING, EXIT_THREAD, SELECTING",
      "SELECTING, END,         ENDED",
      "PARKED,    WAKE,        BUSY",
      "PARKED,    SELECT,      PARKED",
      "PARKED,    PARK,        PARKED",
      "PARKED,    EXIT_THREAD, NO_THREAD",
      "PARKED,    END,         ENDED",
      "NO_THREAD, WAKE,        BUSY",
      "NO_THREAD, SELECT,      NO_THREAD",
      "NO_THREAD, PARK,        NO_THREAD",
      "NO_THREAD, EXIT_THREAD, NO_THREAD",
      "NO_THREAD, END,         ENDED",
      "ENDED,     WAKE,        ENDED",
      "ENDED,     SELECT,      ENDED",
      "ENDED,     PARK,        ENDED",
      "ENDED,     EXIT_THREAD, ENDED",
      "ENDED,     END,         ENDED"})
  void anEventLeadsToTheNextState(LoopState state, Event event, LoopState next) {
    assertThat(state.next(event)).isEqualTo(next);
  }
}

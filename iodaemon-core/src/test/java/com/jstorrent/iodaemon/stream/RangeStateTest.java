package com.jstorrent.iodaemon.stream;

import static com.jstorrent.iodaemon.stream.RangeState.ASKED;
import static com.jstorrent.iodaemon.stream.RangeState.BLOCKED;
import static com.jstorrent.iodaemon.stream.RangeState.GRANTED;
import static com.jstorrent.iodaemon.stream.RangeState.OVER;
import static com.jstorrent.iodaemon.stream.RangeState.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.stream.RangeState.Event;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of PROTOCOL.md § 5.5. */
class RangeStateTest {

  @ParameterizedTest
  @CsvSource({
      "ASKED, AVAILABLE, GRANTED",
      "ASKED, READY, GRANTED",
      "ASKED, BLOCK, BLOCKED",
      "ASKED, REJECT, REJECTED",
      "ASKED, GIVE_UP, OVER",
      "BLOCKED, AVAILABLE, GRANTED",
      "BLOCKED, READY, GRANTED",
      "BLOCKED, BLOCK, BLOCKED",
      "BLOCKED, REJECT, REJECTED",
      "BLOCKED, GIVE_UP, OVER"
  })
  void eventsChangeTheStateAsDocumented(RangeState from, Event event, RangeState to) {
    assertThat(from.next(event)).isEqualTo(to);
  }

  @ParameterizedTest
  @EnumSource(Event.class)
  void finalStatesStay(Event event) {
    for (RangeState decided : new RangeState[] {GRANTED, REJECTED, OVER}) {
      assertThat(decided.next(event)).isEqualTo(decided);
    }
    assertThat(RangeState.values()).containsExactly(ASKED, BLOCKED, GRANTED, REJECTED, OVER);
  }
}

package com.jstorrent.iodaemon.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.net.SocketState.Event;
import org.junit.jupiter.api.Test;

class SocketStateTest {

  /** Every state with every event; a dot stands for an event that changes nothing. */
  private static final String TABLE =
      """
          before       CONNECTED PEER_END   PEER_SHUTDOWN CLIENT_SHUTDOWN CLIENT_CLOSE DRAINED FAILURE
          CONNECTING   OPEN      .          .             .               CLOSED       .       CLOSED
          OPEN         .         PEER_ENDED PEER_SHUT     CLIENT_SHUT     CLIENT_ENDED .       CLOSED
          PEER_SHUT    .         .          .             PEER_ENDED      CLIENT_ENDED .       CLOSED
          CLIENT_SHUT  .         PEER_ENDED PEER_ENDED    .               CLIENT_ENDED .       CLOSED
          PEER_ENDED   .         .          .             .               CLIENT_ENDED CLOSED  CLOSED
          CLIENT_ENDED .         .          .             .               .            CLOSED  CLOSED
          CLOSED       .         .          .             .               .            .       .
          """;

  @Test
  void transitions() {
    String[] lines = TABLE.strip().split("\n");
    String[] events = lines[0].strip().split(" +");
    assertThat(lines).hasSize(1 + SocketState.values().length);
    assertThat(events).hasSize(1 + Event.values().length);
    for (int row = 1; row < lines.length; row++) {
      String[] cells = lines[row].strip().split(" +");
      SocketState before = SocketState.valueOf(cells[0]);
      for (int column = 1; column < events.length; column++) {
        Event event = Event.valueOf(events[column]);
        SocketState after =
            cells[column].equals(".") ? before : SocketState.valueOf(cells[column]);
        assertThat(before.next(event)).as("%s, %s", before, event).isEqualTo(after);
      }
    }
  }
}

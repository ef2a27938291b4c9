package com.jstorrent.iodaemon.ws;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.transport.CloseReason;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EngineTest {
  private static final String UPGRADE =
      """
          GET /io HTTP/1.1\r
          Host: 127.0.0.1\r
          Upgrade: websocket\r
          Connection: Upgrade\r
          Sec-WebSocket-Version: 13\r
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
          \r
          """;

  private final Engine engine =
      new Engine(
          new Engine.Events() {
            @Override
            public void onClosing() {}

            @Override
            public void onOutgoing() {}
          });

  @Test
  void aClientThatDoesNotReadHasOnePingInItsQueue() {
    engine.open(UPGRADE.getBytes(US_ASCII));
    assertThat(new String(Objects.requireNonNull(engine.nextOutgoing()).array(), US_ASCII))
        .startsWith("HTTP/1.1 101 ");
    for (int i = 0; i < 1000; i++) {
      engine.ping();
    }
    assertThat(Objects.requireNonNull(engine.nextOutgoing()).get(0)).isEqualTo((byte) 0x89);
    assertThat(engine.nextOutgoing()).isNull();
    engine.ping();
    assertThat(engine.nextOutgoing()).as("the next one, after the first was written").isNotNull();
  }

  @Test
  void aCloseFollowsAPingThatWasNotWrittenYet() {
    engine.open(UPGRADE.getBytes(US_ASCII));
    engine.nextOutgoing();
    engine.ping();
    engine.close(CloseReason.GOING_AWAY);
    engine.ping();
    assertThat(Objects.requireNonNull(engine.nextOutgoing()).get(0)).isEqualTo((byte) 0x89);
    assertThat(Objects.requireNonNull(engine.nextOutgoing()).get(0)).isEqualTo((byte) 0x88);
    assertThat(engine.nextOutgoing()).isNull();
  }
}

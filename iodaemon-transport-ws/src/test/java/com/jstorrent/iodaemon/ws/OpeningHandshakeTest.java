package com.jstorrent.iodaemon.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.testkit.transport.RecordingReceiver;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The exact answer to an upgrade (RFC 6455 § 4.2.2), because some clients are strict. */
class OpeningHandshakeTest {

  @Test
  void theAnswerIsSwitchingProtocolsAndDoesNotRevealTheSoftware() throws Exception {
    try (UpgradePort port =
        new UpgradePort(
            (connection, info) -> new RecordingReceiver(connection, 1000), Limits.DEFAULT)) {
      List<String> head = RawWebSocket.answer(port.port(), "").lines().toList();
      assertThat(head.getFirst()).isEqualTo("HTTP/1.1 101 Switching Protocols");
      assertThat(head.subList(1, head.size() - 1))
          .containsExactlyInAnyOrder(
              "Upgrade: websocket",
              "Connection: Upgrade",
              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
  }

  @Test
  void nothingOfTheRequestIsEchoed() throws Exception {
    try (UpgradePort port =
        new UpgradePort(
            (connection, info) -> new RecordingReceiver(connection, 1000), Limits.DEFAULT)) {
      assertThat(
          RawWebSocket.answer(
              port.port(), "Sec-WebSocket-Protocol: chat, superchat\r\nX-Mark: mark\r\n"))
          .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
          .doesNotContain("chat", "mark", "Server");
    }
  }
}

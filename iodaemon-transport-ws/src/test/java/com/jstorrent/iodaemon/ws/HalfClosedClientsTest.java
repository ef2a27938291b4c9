package com.jstorrent.iodaemon.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.transport.CloseReason;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 3.1: a client that ends its side of the TCP connection still reads what it is sent. */
class HalfClosedClientsTest {
  private static final int ROUNDS = 100;
  private static final int FIN_BINARY = 0x82;
  private static final byte[] HELLO = {1, 1, 0, 0, 7, 0, 0, 0};
  private static final byte[] NORMAL = {0x03, (byte) 0xE8};

  private static int lastCloseCode(RawWebSocket client) throws Exception {
    RawWebSocket.Frame last = null;
    for (RawWebSocket.Frame next; (next = client.next()) != null;) {
      last = next;
    }
    assertThat(last).as("anything at all").isNotNull();
    assertThat(last.opcode()).isEqualTo(RawWebSocket.CLOSE);
    return last.closeCode();
  }

  @Test
  void itsCloseIsAnswered() throws Exception {
    try (WholeDaemon daemon = new WholeDaemon()) {
      for (int i = 0; i < ROUNDS; i++) {
        try (RawWebSocket client = daemon.client()) {
          client.frame(RawWebSocket.CLOSE, NORMAL);
          client.shutdownOutput();
          assertThat(lastCloseCode(client)).as("round %d", i).isEqualTo(1000);
        }
      }
    }
  }

  @Test
  void itHearsWhichRuleItHasBroken() throws Exception {
    try (WholeDaemon daemon = new WholeDaemon()) {
      for (int i = 0; i < ROUNDS; i++) {
        try (RawWebSocket client = daemon.client()) {
          client.frame(FIN_BINARY, false, HELLO.length, HELLO); // not masked
          client.shutdownOutput();
          RawWebSocket.Frame error = client.next();
          assertThat(error).as("ERROR in round %d", i).isNotNull();
          assertThat(ByteBuffer.wrap(error.payload()).get(1)).isEqualTo((byte) 0x7F);
          assertThat(lastCloseCode(client)).as("round %d", i)
              .isEqualTo(CloseReason.PROTOCOL_ERROR.code());
        }
      }
    }
  }

  @Test
  void itsLastRequestIsAnswered() throws Exception {
    try (WholeDaemon daemon = new WholeDaemon()) {
      for (int i = 0; i < ROUNDS; i++) {
        try (RawWebSocket client = daemon.client()) {
          client.frame(RawWebSocket.BINARY, HELLO);
          client.shutdownOutput();
          RawWebSocket.Frame hello = client.next();
          assertThat(hello).as("SERVER_HELLO in round %d", i).isNotNull();
          assertThat(ByteBuffer.wrap(hello.payload()).get(1)).isEqualTo((byte) 2);
          assertThat(client.next()).isNull();
        }
      }
    }
  }
}

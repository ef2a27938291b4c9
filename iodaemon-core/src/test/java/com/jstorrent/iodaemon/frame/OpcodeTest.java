package com.jstorrent.iodaemon.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OpcodeTest {

  /** The tables of PROTOCOL.md § 3 and § 9, copied by hand. */
  @Test
  void codesAreAsDocumented() {
    String table =
        Arrays.stream(Opcode.values())
            .map(opcode -> "%02X %s".formatted(opcode.code(), opcode))
            .collect(Collectors.joining("\n"));
    assertThat(table)
        .isEqualTo(
            """
                01 CLIENT_HELLO
                02 SERVER_HELLO
                03 AUTH
                04 AUTH_RESULT
                05 ACK
                06 RESUME
                07 RESUMED
                7F ERROR
                10 TCP_CONNECT
                11 TCP_CONNECTED
                12 TCP_SEND
                13 TCP_RECV
                14 TCP_CLOSE
                15 TCP_LISTEN
                16 TCP_LISTEN_RESULT
                17 TCP_ACCEPT
                18 TCP_STOP_LISTEN
                19 TCP_SECURE
                1A TCP_SECURED
                1B TCP_SHUTDOWN
                1C TCP_CREDIT
                20 UDP_BIND
                21 UDP_BOUND
                22 UDP_SEND
                23 UDP_RECV
                24 UDP_CLOSE
                25 UDP_JOIN_MULTICAST
                26 UDP_LEAVE_MULTICAST
                27 UDP_MULTICAST_RESULT
                30 RANGE_REQUEST
                31 RANGE_AVAILABLE
                32 RANGE_BLOCK
                33 RANGE_READY
                34 RANGE_REJECT
                35 RANGE_CANCEL
                E0 ROOTS_CHANGED
                E1 EVENT
                E2 OPEN_FOLDER_PICKER""");
  }

  @Test
  void everyCodeAndOnlyThatFindsItsOpcode() {
    for (int code = -1; code <= 256; code++) {
      Opcode found = Opcode.of(code);
      if (found != null) {
        assertThat(found.code()).isEqualTo(code);
      }
    }
    for (Opcode opcode : Opcode.values()) {
      assertThat(Opcode.of(opcode.code())).isSameAs(opcode);
    }
  }
}

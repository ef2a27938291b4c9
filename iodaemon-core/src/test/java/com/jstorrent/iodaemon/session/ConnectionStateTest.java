package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.frame.Opcode.Phase;
import com.jstorrent.iodaemon.session.ConnectionState.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every state with every opcode. */
class ConnectionStateTest {

  @Test
  void beforeAuthenticationOnlyHelloAndThenAuthAreAllowed() {
    for (Opcode opcode : Opcode.values()) {
      assertThat(ConnectionState.AWAIT_HELLO.verdict(opcode, Phase.IO))
          .as("%s", opcode)
          .isEqualTo(opcode == Opcode.CLIENT_HELLO ? Verdict.ACCEPT : Verdict.CLOSE);
      assertThat(ConnectionState.AWAIT_AUTH.verdict(opcode, Phase.IO))
          .as("%s", opcode)
          .isEqualTo(opcode == Opcode.AUTH ? Verdict.ACCEPT : Verdict.CLOSE);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IO", "CONTROL"})
  void afterwardsTheOpcodesOfTheEndpointAreAcceptedAndTheOthersAnsweredWithError(Phase served) {
    for (Opcode opcode : Opcode.values()) {
      boolean handshake = opcode.phase() == Phase.HANDSHAKE;
      boolean ours = opcode.phase() == served;
      assertThat(ConnectionState.OPEN.verdict(opcode, served))
          .as("%s", opcode)
          .isEqualTo(ours ? Verdict.ACCEPT : Verdict.REFUSE);
      assertThat(ConnectionState.TRUSTED.verdict(opcode, served))
          .as("a client that was authenticated from the start may still send CLIENT_HELLO: %s",
              opcode)
          .isEqualTo(ours || handshake ? Verdict.ACCEPT : Verdict.REFUSE);
      assertThat(ConnectionState.GREETED.verdict(opcode, served))
          .as("once: %s", opcode)
          .isEqualTo(ours || opcode == Opcode.AUTH ? Verdict.ACCEPT : Verdict.REFUSE);
    }
  }

  @Test
  void anEndingSessionIgnoresEverything() {
    for (Opcode opcode : Opcode.values()) {
      assertThat(ConnectionState.CLOSED.verdict(opcode, Phase.IO)).isEqualTo(Verdict.DROP);
      assertThat(ConnectionState.CLOSED.next(opcode)).isEqualTo(ConnectionState.CLOSED);
    }
  }

  @Test
  void theHandshakeAdvancesOneStepAtATime() {
    for (Opcode opcode : Opcode.values()) {
      assertThat(ConnectionState.AWAIT_HELLO.next(opcode))
          .isEqualTo(
              opcode == Opcode.CLIENT_HELLO
                  ? ConnectionState.AWAIT_AUTH
                  : ConnectionState.AWAIT_HELLO);
      assertThat(ConnectionState.AWAIT_AUTH.next(opcode))
          .isEqualTo(opcode == Opcode.AUTH ? ConnectionState.OPEN : ConnectionState.AWAIT_AUTH);
      assertThat(ConnectionState.OPEN.next(opcode)).isEqualTo(ConnectionState.OPEN);
      assertThat(ConnectionState.TRUSTED.next(opcode))
          .isEqualTo(
              opcode == Opcode.CLIENT_HELLO ? ConnectionState.GREETED : ConnectionState.OPEN);
      assertThat(ConnectionState.GREETED.next(opcode)).isEqualTo(ConnectionState.OPEN);
    }
  }
}

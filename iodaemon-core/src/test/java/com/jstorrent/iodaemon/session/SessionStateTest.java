package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.frame.Opcode.Phase;
import com.jstorrent.iodaemon.session.SessionState.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every state with every opcode. */
class SessionStateTest {

  @Test
  void onlyHelloThenAuthIsLetInBeforeTheTokenWasShown() {
    for (Opcode opcode : Opcode.values()) {
      assertThat(SessionState.AWAIT_HELLO.verdict(opcode, Phase.IO))
          .as("%s", opcode)
          .isEqualTo(opcode == Opcode.CLIENT_HELLO ? Verdict.ACCEPT : Verdict.CLOSE);
      assertThat(SessionState.AWAIT_AUTH.verdict(opcode, Phase.IO))
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
      assertThat(SessionState.OPEN.verdict(opcode, served))
          .as("%s", opcode)
          .isEqualTo(ours ? Verdict.ACCEPT : Verdict.REFUSE);
      assertThat(SessionState.TRUSTED.verdict(opcode, served))
          .as("a client that showed the token before may still greet: %s", opcode)
          .isEqualTo(ours || handshake ? Verdict.ACCEPT : Verdict.REFUSE);
      assertThat(SessionState.GREETED.verdict(opcode, served))
          .as("once: %s", opcode)
          .isEqualTo(ours || opcode == Opcode.AUTH ? Verdict.ACCEPT : Verdict.REFUSE);
    }
  }

  @Test
  void anEndingSessionIgnoresEverything() {
    for (Opcode opcode : Opcode.values()) {
      assertThat(SessionState.CLOSED.verdict(opcode, Phase.IO)).isEqualTo(Verdict.DROP);
      assertThat(SessionState.CLOSED.next(opcode)).isEqualTo(SessionState.CLOSED);
    }
  }

  @Test
  void theHandshakeGoesForwardOneStepAtATime() {
    for (Opcode opcode : Opcode.values()) {
      assertThat(SessionState.AWAIT_HELLO.next(opcode))
          .isEqualTo(
              opcode == Opcode.CLIENT_HELLO ? SessionState.AWAIT_AUTH : SessionState.AWAIT_HELLO);
      assertThat(SessionState.AWAIT_AUTH.next(opcode))
          .isEqualTo(opcode == Opcode.AUTH ? SessionState.OPEN : SessionState.AWAIT_AUTH);
      assertThat(SessionState.OPEN.next(opcode)).isEqualTo(SessionState.OPEN);
      assertThat(SessionState.TRUSTED.next(opcode))
          .isEqualTo(opcode == Opcode.CLIENT_HELLO ? SessionState.GREETED : SessionState.OPEN);
      assertThat(SessionState.GREETED.next(opcode)).isEqualTo(SessionState.OPEN);
    }
  }
}

package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.Opcode;
import com.jstorrent.iodaemon.session.SessionState.Verdict;
import org.junit.jupiter.api.Test;

/** Every state with every opcode. */
class SessionStateTest {

  @Test
  void onlyHelloThenAuthIsLetInBeforeTheTokenWasShown() {
    for (Opcode opcode : Opcode.values()) {
      assertThat(SessionState.AWAIT_HELLO.verdict(opcode))
          .as("%s", opcode)
          .isEqualTo(opcode == Opcode.CLIENT_HELLO ? Verdict.ACCEPT : Verdict.CLOSE);
      assertThat(SessionState.AWAIT_AUTH.verdict(opcode))
          .as("%s", opcode)
          .isEqualTo(opcode == Opcode.AUTH ? Verdict.ACCEPT : Verdict.CLOSE);
    }
  }

  @Test
  void afterwardsTheOpcodesOfIoAreAcceptedAndTheOthersAnsweredWithError() {
    for (Opcode opcode : Opcode.values()) {
      boolean handshake = opcode.phase() == Opcode.Phase.HANDSHAKE;
      boolean io = opcode.phase() == Opcode.Phase.IO;
      boolean control = opcode.phase() == Opcode.Phase.CONTROL;
      assertThat(SessionState.OPEN.verdict(opcode))
          .as("%s", opcode)
          .isEqualTo(io ? Verdict.ACCEPT : Verdict.REFUSE);
      assertThat(SessionState.TRUSTED.verdict(opcode) == Verdict.ACCEPT)
          .as("a client that showed the token before may still greet: %s", opcode)
          .isEqualTo(io || handshake || !control);
      assertThat(SessionState.GREETED.verdict(opcode) == Verdict.ACCEPT)
          .as("once: %s", opcode)
          .isEqualTo(io || opcode == Opcode.AUTH);
    }
  }

  @Test
  void anEndingSessionIgnoresEverything() {
    for (Opcode opcode : Opcode.values()) {
      assertThat(SessionState.CLOSED.verdict(opcode)).isEqualTo(Verdict.DROP);
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

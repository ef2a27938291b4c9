package com.jstorrent.iodaemon.frame;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpcodeTest {

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

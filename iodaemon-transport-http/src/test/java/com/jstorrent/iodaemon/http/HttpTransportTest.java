package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTransportTest {

  @ParameterizedTest
  @ValueSource(ints = {-1, 65_536, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void aPortOutOfRangeIsRefused(int port) {
    assertThatThrownBy(() -> HttpTransport.onPort(port))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("port must be from 0 to 65535, and is " + port + ".");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535})
  void anyPortThatThereIsIsTaken(int port) {
    assertThat(HttpTransport.onPort(port)).isNotNull();
  }

  @Test
  void anUpgradeIsNotNull() {
    assertThatThrownBy(() -> HttpTransport.onPort(0).upgrade(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("upgrade must not be null.");
  }
}

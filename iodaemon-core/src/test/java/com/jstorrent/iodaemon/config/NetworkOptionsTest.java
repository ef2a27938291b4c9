package com.jstorrent.iodaemon.config;

import static org.assertj.core.api.Assertions.assertThat;

import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

class NetworkOptionsTest {

  @Test
  void aChangeKeepsAllOtherOptions() throws Exception {
    SSLContext trust = SSLContext.getDefault();
    NetworkOptions first = NetworkOptions.DEFAULT.withDenyPrivate(true).withTrust(trust);
    NetworkOptions again = NetworkOptions.DEFAULT.withTrust(trust).withDenyPrivate(true);
    assertThat(first.denyPrivate()).isTrue();
    assertThat(first.trust()).isSameAs(trust);
    assertThat(again).isEqualTo(first);
  }
}

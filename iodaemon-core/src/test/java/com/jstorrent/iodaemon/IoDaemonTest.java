package com.jstorrent.iodaemon;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IoDaemonTest {

  @Test
  void aDaemonThatWasNeverStartedLeavesNoThreadBehind() throws Exception {
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    IoDaemon daemon = IoDaemon.builder().token("t").build();
    daemon.close();
    daemon.close();
    TestDaemon.await(
        "its threads to end",
        () -> Thread.getAllStackTraces()
            .keySet()
            .stream()
            .noneMatch(t -> !before.contains(t) && t.getName().startsWith("iodaemon-")));
    assertThatThrownBy(daemon::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aDaemonNeedsAToken() {
    assertThatThrownBy(() -> IoDaemon.builder().build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("token");
  }
}

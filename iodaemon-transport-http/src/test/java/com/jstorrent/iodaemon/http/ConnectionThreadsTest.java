package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What connections wait with, and for how long. */
class ConnectionThreadsTest {
  private static final String HEALTH = "GET /health HTTP/1.1\nHost: localhost\n\n";
  private static final String NAME = "iodaemon-connection";

  @TempDir
  Path folder;

  /** Those of daemons of other tests, which may wait with the answer to a wrong token. */
  private final Set<Thread> others = Thread.getAllStackTraces().keySet();

  private long threads() {
    return Thread.getAllStackTraces()
        .keySet()
        .stream()
        .filter(each -> each.getName().equals(NAME) && !others.contains(each))
        .count();
  }

  @Test
  void onlySoManyIdleConnectionsKeepTheirThreadsAndAllAreServedAgain() throws Exception {
    try (HttpDaemon daemon = new HttpDaemon(folder)) {
      List<RawHttp> clients = new ArrayList<>();
      for (int i = 0; i < 2 * Limits.RESTING_THREADS; i++) {
        clients.add(daemon.raw());
      }
      for (RawHttp client : clients) {
        assertThat(client.send(HEALTH).answer().status()).isEqualTo(200);
      }
      TestDaemon.await("threads are given back", () -> threads() == Limits.RESTING_THREADS);
      for (RawHttp client : clients) {
        assertThat(client.send(HEALTH).answer().status()).isEqualTo(200);
        client.close();
      }
      TestDaemon.await(
          "the others end too",
          () -> daemon.daemon.stats().get(Counter.HTTP_CONNECTIONS) == 0 && threads() == 0);
    }
  }

  /** Each answer is small; together they fill what the system has for them. */
  @Test
  void aClientThatTakesNoAnswersToItsManyRequestsIsCutOff() throws Exception {
    Limits limits = Limits.builder().bodyStall(Duration.ofMillis(200)).build();
    try (HttpDaemon daemon = new HttpDaemon(folder, limits);
        RawHttp client = daemon.raw()) {
      TestDaemon.await(
          "it is cut off",
          () -> {
            try {
              client.send(HEALTH.repeat(100));
              return false;
            } catch (IOException e) {
              return true;
            }
          });
    }
  }
}

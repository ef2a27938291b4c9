package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which threads connections wait with, and for how long. */
class ConnectionThreadsTest {
  private static final String HEALTH = "GET /health HTTP/1.1\nHost: localhost\n\n";
  private static final String STATS =
      "GET /stats HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n\n";
  private static final String UPGRADE =
      "GET /io HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\nConnection: Upgrade\nUpgrade: echo\n\n";
  private static final String NAME = "iodaemon-connection";

  @TempDir
  Path folder;

  /** Threads of the daemons of other tests, which may still delay the answer to a wrong token. */
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
        assertThat(client.send(STATS).answer().status()).isEqualTo(200);
      }
      TestDaemon.await("threads are given back", () -> threads() == Limits.RESTING_THREADS);
      for (RawHttp client : clients) {
        assertThat(client.send(STATS).answer().status()).isEqualTo(200);
        client.close();
      }
      TestDaemon.await(
          "the others end too",
          () -> daemon.daemon.stats().get(Counter.HTTP_CONNECTIONS) == 0 && threads() == 0);
    }
  }

  private static RawHttp slowUpload(HttpDaemon daemon, String file) throws IOException {
    return daemon.raw().send(HttpDaemon.writeHead(file) + "Content-Length: 9\n\nx");
  }

  @Test
  void slowClientsThatHoldAllThreadsHinderNoOthers() throws Exception {
    List<RawHttp> slow = new ArrayList<>();
    Limits limits = Limits.builder().bodyStall(Duration.ofHours(1)).build();
    try (HttpDaemon daemon = new HttpDaemon(folder, limits)) {
      for (int i = 0; i < Limits.HTTP_THREADS + 10; i++) {
        slow.add(slowUpload(daemon, "slow" + i));
      }
      TestDaemon.await("all threads are in use", () -> threads() == Limits.HTTP_THREADS);
      Files.write(folder.resolve("f"), new byte[] {7});
      String fileId = daemon.open("f", "r");
      for (String target : List.of("/read/k", "/stream/" + fileId, "/stats", "/health")) {
        assertThat(
            daemon.get(target, Map.of("X-Path-Base64", HttpDaemon.encoded("f"))).statusCode())
            .as(target)
            .isEqualTo(200);
      }
      try (RawHttp writer = daemon.raw()) {
        writer.send(HttpDaemon.writeHead("quick") + "Content-Length: 3\n\nabc");
        assertThat(writer.answer().status()).isEqualTo(200);
      }
      assertThat(threads()).isEqualTo(Limits.HTTP_THREADS);
      try (RawHttp upgraded = daemon.raw().send(UPGRADE)) {
        assertThat(upgraded.answer().status()).isEqualTo(101);
      }
      for (RawHttp each : slow) {
        assertThat(each.send("12345678").answer().status()).isEqualTo(200);
        each.close();
      }
    }
  }

  @Test
  void upgradedConnectionsLeaveTheThreadsOfHttpToOthers() throws Exception {
    List<RawHttp> all = new ArrayList<>();
    try (HttpDaemon daemon = new HttpDaemon(folder)) {
      for (int i = 0; i < Limits.HTTP_THREADS; i++) {
        RawHttp upgraded = daemon.raw().send(UPGRADE);
        assertThat(upgraded.answer().status()).isEqualTo(101);
        all.add(upgraded);
      }
      all.add(slowUpload(daemon, "f"));
      TestDaemon.await("only this one has a thread of HTTP", () -> threads() == 1);
      for (RawHttp each : all) {
        each.close();
      }
    }
  }

  @Test
  void aClientWithoutTheTokenHoldsNoThread() throws Exception {
    try (HttpDaemon daemon = new HttpDaemon(folder);
        RawHttp stranger = daemon.raw()) {
      stranger.send("POST /health HTTP/1.1\nHost: localhost\nContent-Length: 1\n\nx");
      assertThat(stranger.answer().status()).isEqualTo(401);
      assertThat(threads()).as("threads of idle connections").isZero();
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

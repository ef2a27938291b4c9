package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 2.2: connections of others, who have no token, do not lock a client out. */
@Timeout(600)
class StrangersTest {
  private static final int CONNECTIONS = 20;
  private static final String STATS =
      "GET /stats HTTP/1.1\nHost: localhost\nX-JST-Auth: tok\n\n";
  private static final String HALF_HEAD = "GET /stats HTTP/1.1\nHost: localhost\n";

  @TempDir
  Path folder;

  private HttpDaemon daemon;
  private final List<RawHttp> all = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    // The clock stands still, so that no connection is unknown for too long, or late with its head.
    daemon =
        new HttpDaemon(
            folder, Limits.builder().connections(CONNECTIONS).build(), new ManualClock());
  }

  @AfterEach
  void stop() throws IOException {
    for (RawHttp each : all) {
      each.close();
    }
    daemon.close();
  }

  private RawHttp connect(String text) throws IOException {
    RawHttp connection = daemon.raw();
    all.add(connection);
    return connection.send(text);
  }

  private RawHttp served() throws IOException {
    RawHttp client = connect(STATS);
    assertThat(client.answer().status()).isEqualTo(200);
    return client;
  }

  private long open() {
    return daemon.daemon.stats().get(Counter.HTTP_CONNECTIONS);
  }

  private static boolean cutOff(RawHttp connection) {
    try {
      return connection.ended();
    } catch (IOException reset) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", HALF_HEAD, "POST /x HTTP/1.1\nHost: localhost\nContent-Length: 9\n\n"})
  void aClientIsServedBesideMoreStrangersThanThereArePlaces(String text) throws Exception {
    RawHttp early = served();
    for (int i = 0; i < 2 * CONNECTIONS; i++) {
      connect(text);
    }
    for (int i = 0; i < CONNECTIONS / 2; i++) {
      served();
    }
    assertThat(early.send(STATS).answer().status()).isEqualTo(200);
  }

  @Test
  void theOldestStrangersGiveWay() throws Exception {
    List<RawHttp> strangers = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS + 2; i++) {
      strangers.add(connect(HALF_HEAD));
      int count = Math.min(i + 1, CONNECTIONS);
      TestDaemon.await("it is accepted", () -> open() == count);
    }
    assertThat(strangers.subList(0, 2)).allMatch(StrangersTest::cutOff);
    for (RawHttp each : strangers.subList(2, strangers.size())) {
      assertThat(each.send("\n").answer().status()).isEqualTo(401);
    }
  }

  @Test
  void aStrangerGivesWayWhenClientsNeedAllPlaces() throws Exception {
    RawHttp stranger = connect(HALF_HEAD);
    TestDaemon.await("it is accepted", () -> open() == 1);
    for (int i = 0; i < CONNECTIONS; i++) {
      served();
    }
    assertThat(cutOff(stranger)).isTrue();
  }

  @Test
  void aPlayerWithATicketIsNoStranger() throws Exception {
    Files.write(folder.resolve("f"), new byte[] {7});
    String ticket =
        (String) Answers.object(
            daemon.json("/stream/ticket", "{\"fileId\":\"" + daemon.open("f", "r") + "\"}"))
            .get("url");
    String play = "GET " + ticket + " HTTP/1.1\nHost: localhost\n\n";
    RawHttp player = connect(play);
    assertThat(player.answer().status()).isEqualTo(200);
    for (int i = 0; i < CONNECTIONS; i++) {
      connect(HALF_HEAD);
    }
    served();
    assertThat(player.send(play).answer().status()).isEqualTo(200);
  }

  @Test
  void anUpgradedConnectionIsNotClosedForStrangers() throws Exception {
    RawHttp upgraded =
        connect("GET /io HTTP/1.1\nHost: localhost\nConnection: Upgrade\nUpgrade: echo\n\n");
    assertThat(upgraded.answer().status()).isEqualTo(101);
    for (int i = 0; i < CONNECTIONS; i++) {
      connect(HALF_HEAD);
    }
    served();
    assertThat(upgraded.send("x").read(1)).containsExactly('x');
  }
}

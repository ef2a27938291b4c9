package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import java.util.ArrayList;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 5.4: sessions in {@code /stats}, and their sockets. */
class StatsRoutesTest {
  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final HttpDaemon daemon = fixture.daemon;

  private List<Map<?, ?>> list(String target, String field) throws Exception {
    List<Map<?, ?>> entries = new ArrayList<>();
    Object list = Answers.object(daemon.get(target, Map.of())).get(field);
    ((List<?>) list).forEach(entry -> entries.add((Map<?, ?>) entry));
    return entries;
  }

  @Test
  void sessionsAreListedWithWhatTheyCount() throws Exception {
    assertThat(list("/stats", "sessions")).isEmpty();
    try (TestClient named = daemon.session("engine");
        TestClient nameless = daemon.nameless();
        Peer peer = Peer.echoing()) {
      named.connect(1, peer.port());
      named.sendData(1, new byte[9]);
      named.receive(1, 9);
      List<Map<?, ?>> sessions = list("/stats", "sessions");
      assertThat(sessions).hasSize(2);
      Map<Object, Object> first = Map.copyOf(sessions.getFirst());
      assertThat(first)
          .containsEntry("number", 1L)
          .containsEntry("name", "engine")
          .containsEntry("endpoint", "io")
          .containsEntry("state", "open")
          .containsEntry("queued_to_client_bytes", 0L)
          .containsEntry("bytes_received", 9L)
          .containsEntry("bytes_sent", 9L)
          .containsEntry("tcp_sockets", 1L)
          // The write of what has just arrived here may not have returned there.
          .containsKeys("age_secs", "idle_secs", "blocked_ms")
          .doesNotContainKeys("udp_sockets", "ws_connections");
      assertThat(sessions.getLast().get("name")).isNull();
      assertThat(sessions.getLast().containsKey("name")).isTrue();
      assertThat(nameless).isNotNull();
    }
  }

  @Test
  void socketsAreListedOfAllSessionsOrOfOne() throws Exception {
    try (TestClient one = daemon.session("one");
        TestClient other = daemon.session("other");
        Peer peer = Peer.open()) {
      one.connect(7, peer.port());
      peer.accept();
      other.send(new ClientFrame.UdpBind(1, 8, 0, "127.0.0.1"));
      int port = other.expect(DaemonFrame.UdpBound.class).boundPort();
      List<Map<?, ?>> all = list("/stats/sockets", "sockets");
      assertThat(all)
          .extracting(socket -> socket.get("session") + " " + socket.get("id") + " "
              + socket.get("kind") + " " + socket.get("state") + " " + socket.get("remote"))
          .containsExactly("1 7 tcp open 127.0.0.1:" + peer.port(), "2 8 udp open null");
      assertThat(all.getLast().keySet().stream().map(String::valueOf))
          .containsExactly("session", "id", "kind", "state", "remote", "local_port", "sent_bytes",
              "received_bytes", "queued_bytes", "idle_ms", "pauses", "drops");
      assertThat(all.getLast().get("local_port")).isEqualTo((long) port);
      assertThat(list("/stats/sockets?session=2", "sockets"))
          .extracting(socket -> String.valueOf(socket.get("id")))
          .containsExactly("8");
      assertThat(list("/stats/sockets?session=3", "sockets")).isEmpty();
    }
  }

  @Test
  void aThousandSocketsAreListedAndTheOthersCounted() throws Exception {
    try (TestClient client = daemon.session("many")) {
      for (int id = 1; id <= 1002; id++) {
        client.send(new ClientFrame.UdpBind(id, id, 0, "127.0.0.1"));
        assertThat(client.expect(DaemonFrame.UdpBound.class).errno()).isZero();
      }
      assertThat(list("/stats/sockets", "sockets")).hasSize(1000);
      assertThat(Answers.object(daemon.get("/stats/sockets", Map.of())))
          .containsEntry("more", 2L);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "one", "1.5", "9999999999999999999"})
  void aSessionThatIsNoNumberIsABadRequest(String number) throws Exception {
    Answers.assertFailure(
        daemon.get("/stats/sockets?session=" + number, Map.of()), 400, "EINVAL");
  }

  @Test
  void theHistoryTellsWhatTheCountersWereAndHowLongAgo() throws Exception {
    ManualClock clock = new ManualClock();
    Limits keeping = Limits.builder().keepAlive(Duration.ofDays(1)).build();
    try (HttpDaemon past = new HttpDaemon(IoDaemon.builder().limits(keeping).clock(clock))) {
      clock.advance(Limits.HISTORY_PERIOD);
      past.post("/hash/sha1", new byte[40], Map.of());
      clock.advance(Limits.HISTORY_PERIOD);
      String target = "/stats/history?names=hashed_bytes,tcp_sockets";
      assertThat(Answers.text(past.get(target, Map.of())))
          .isEqualTo("{\"age_ms\":[2000,0],\"hashed_bytes\":[0,40],\"tcp_sockets\":[0,0]}");
      clock.advance(Limits.HISTORY_PERIOD.multipliedBy(Limits.HISTORY_SAMPLES));
      assertThat((List<?>) Answers.object(past.get(target, Map.of())).get("age_ms"))
          .hasSize(Limits.HISTORY_SAMPLES);
      assertThat(Answers.object(past.get("/stats/history", Map.of())))
          .hasSize(1 + Counter.values().length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bytes", "bytes_sent,", "BYTES_SENT", "connect_errors"})
  void aHistoryOfWhatIsNoCounterIsABadRequest(String names) throws Exception {
    Answers.assertFailure(
        daemon.get("/stats/history?names=" + names, Map.of()), 400, "EINVAL");
  }

  @Test
  void failedConnectsAreToldByTheirErrno() throws Exception {
    int free;
    try (Peer peer = Peer.open()) {
      free = peer.port();
    }
    assertThat(Answers.object(daemon.get("/stats", Map.of())))
        .containsEntry("connect_errors", Map.of());
    try (TestClient client = daemon.session("engine")) {
      client.send(new ClientFrame.TcpConnect(1, 1, free, "127.0.0.1"));
      assertThat(client.expect(DaemonFrame.TcpConnected.class).errno()).isEqualTo(111);
      assertThat(Answers.object(daemon.get("/stats", Map.of())))
          .containsEntry("connect_failures", 1L)
          .containsEntry("connect_errors", Map.of("ECONNREFUSED", 1L));
      assertThat(Answers.text(daemon.get("/metrics", Map.of())))
          .contains("\niodaemon_connect_errors_total{errno=\"ECONNREFUSED\"} 1\n");
    }
  }
}

package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import java.util.ArrayList;
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
          .containsEntry("blocked_ms", 0L)
          .containsEntry("queued_to_client_bytes", 0L)
          .containsEntry("bytes_received", 9L)
          .containsEntry("bytes_sent", 9L)
          .containsEntry("tcp_sockets", 1L)
          .containsKeys("age_secs", "idle_secs")
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
}

package com.jstorrent.iodaemon.client.files;

import static com.jstorrent.iodaemon.client.files.ScriptedServer.answer;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.client.report.DaemonStats;
import com.jstorrent.iodaemon.client.report.NetworkAddress;
import com.jstorrent.iodaemon.client.report.RootInfo;
import com.jstorrent.iodaemon.client.report.SessionStats;
import com.jstorrent.iodaemon.client.report.SocketStats;
import com.jstorrent.iodaemon.client.report.SocketList;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a daemon reports about itself, as typed values. */
class DaemonControlTest {
  @TempDir
  Path folder;
  private ServedFolder served;
  private DaemonControl daemon;

  @BeforeEach
  void start() throws IOException {
    served = new ServedFolder(folder);
    daemon = served.files.daemon();
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void aDaemonIsHealthyWhateverTheTokenAndAnswersAPingToTheRightOne() throws Exception {
    daemon.ping();
    try (FilesClient stranger = FilesClient.at(served.address(), "wrong")) {
      assertThat(stranger.daemon().isHealthy()).isTrue();
      FilesClientTest.assertRefused(() -> stranger.daemon().ping(), 401, "EAUTH");
    }
  }

  @Test
  void rootsAreTold() throws Exception {
    Instant before = Instant.now().minusMillis(1);
    List<RootInfo> roots = daemon.roots();
    assertThat(roots).extracting(RootInfo::key)
        .containsExactlyInAnyOrder("k", "batch", "downloads");
    RootInfo.Availability availability = roots.get(0).availability();
    assertThat(availability.now()).isTrue();
    assertThat(availability.checked()).isBetween(before, Instant.now());
    assertThat(availability.freeBytes().orElse(0)).isPositive();
    assertThat(roots.get(0).isRemovable()).isFalse();
    Files.delete(folder);
    RootInfo.Availability gone = daemon.roots().get(0).availability();
    assertThat(gone.now()).isFalse();
    assertThat(gone.freeBytes()).isEmpty();
  }

  @Test
  void sessionsAndSocketsAreTold() throws Exception {
    try (TestClient session = served.session("tab-1")) {
      session.send(new ClientFrame.UdpBind(1, 7, 0, "127.0.0.1"));
      DaemonFrame.UdpBound bound = session.expect(DaemonFrame.UdpBound.class);
      DaemonStats report = daemon.stats();
      assertThat(report.udpSockets()).isEqualTo(1);
      assertThat(report.webSockets()).isEqualTo(1);
      assertThat(report.tcpSockets() + report.tcpServers() + report.pendingConnects()).isZero();
      assertThat(report.bytesSent() + report.bytesReceived()).isZero();
      assertThat(report.counter("http_requests")).isNotNegative();
      assertThat(report.counter("not_a_counter")).isZero();
      assertThat(report.version()).isNotEmpty();
      assertThat(report.uptime()).isLessThan(Duration.ofHours(1));
      assertThat(report.counters()).doesNotContainKey("uptime_secs");

      assertThat(report.sessions()).hasSize(1);
      SessionStats told = report.sessions().get(0);
      assertThat(told.name().given()).isEqualTo("tab-1");
      assertThat(told.name().endpoint()).isEqualTo("io");
      assertThat(told.isParked()).isFalse();
      assertThat(told.counter("udp_sockets")).isEqualTo(1);
      assertThat(told.counters()).doesNotContainKeys("number", "age_secs", "blocked_ms");

      SocketList sockets = daemon.sockets(told.name().number());
      assertThat(daemon.sockets().sockets()).extracting(SocketStats::name)
          .containsExactly(sockets.sockets().get(0).name());
      assertThat(sockets.more()).isZero();
      SocketStats udp = sockets.sockets().get(0);
      assertThat(udp.name())
          .isEqualTo(new SocketStats.Name(told.name().number(), 7, "udp"));
      assertThat(udp.ends().localPort()).isEqualTo(bound.boundPort());
      assertThat(udp.traffic()).isEqualTo(new SocketStats.Traffic(0, 0, 0, 0, 0));
      assertThat(daemon.sockets(told.name().number() + 1).sockets()).isEmpty();
    }
  }

  @Test
  void interfacesAndMetricsAreTold() throws Exception {
    assertThat(daemon.interfaces()).contains(new NetworkAddress("lo", "127.0.0.1", 8));
    assertThat(daemon.metrics()).contains("iodaemon_build_info").endsWith("# EOF\n");
  }

  @Test
  void rootsAreReadAgain() throws Exception {
    daemon.reload(); // a daemon without a profile reads nothing
    assertThat(daemon.roots()).hasSize(3);
  }

  @Test
  void aDaemonEndsWhenItIsAskedTo() throws Exception {
    daemon.shutdown();
    served.daemon().awaitClosed();
    assertThat(daemon.isHealthy()).isFalse();
  }

  @Test
  void whatIsNoHttpIsNoHealthyDaemon() throws Exception {
    ScriptedServer.Act ssh =
        new ScriptedServer.Act("SSH-2.0-x\r\n", ScriptedServer.End.CLOSE);
    try (ScriptedServer server = new ScriptedServer(ssh, ssh, ssh, ssh, ssh);
        FilesClient files = server.client().build()) {
      assertThat(files.daemon().isHealthy()).isFalse();
    }
  }

  @Test
  void fieldsOfLaterDaemonsAreIgnored() throws Exception {
    String stats =
        "{\"later\":{\"a\":[1]},\"uptime_secs\":7,\"new_counter\":3,\"sessions\":[{\"number\":1,"
            + "\"name\":null,\"state\":\"new\",\"age_secs\":1,\"idle_secs\":1,\"blocked_ms\":1,"
            + "\"queued_to_client_bytes\":1,\"more\":[]}]}";
    try (ScriptedServer server =
        new ScriptedServer(
            answer("200 OK", stats),
            answer("200 OK", "{\"size\":1,\"mtime\":2,\"is_file\":true,\"later\":[{}]}"));
        FilesClient files = server.client().build()) {
      DaemonStats report = files.daemon().stats();
      assertThat(report.uptime()).isEqualTo(Duration.ofSeconds(7));
      assertThat(report.counter("new_counter")).isEqualTo(3);
      assertThat(report.sessions().get(0).name().given()).isNull();
      assertThat(files.stat(RootPath.of("k", "f")))
          .isEqualTo(new FileStatus(1, Instant.ofEpochMilli(2), false, true));
    }
  }
}

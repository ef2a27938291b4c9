package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.SessionReport;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5.4: what is reported about each session. */
class SessionReportsTest {
  private static final Set<Capability> RESUME = Set.of(Capability.RESUME);

  private final List<Counter> gauges = TestDaemon.clientGauges();
  private TestDaemon daemon;
  private Peer peer;

  @BeforeEach
  void start() throws Exception {
    daemon = TestDaemon.start();
    peer = Peer.open();
  }

  @AfterEach
  void stop() throws Exception {
    peer.close();
    daemon.close();
  }

  private List<SessionReport> sessions() {
    return daemon.daemon().sessions();
  }

  private long count(int session, Counter counter) {
    return sessions().get(session).counters().getOrDefault(counter, 0L);
  }

  @Test
  void eachSessionHasItsOwnCountersAndTheDaemonTheirSum() throws Exception {
    try (TestClient one = daemon.client();
        TestClient other = daemon.trusted("engine");
        TestClient control = daemon.control(Set.of())) {
      assertThat(sessions())
          .extracting(s -> s.name().number() + " " + s.name().given() + " " + s.name().endpoint()
              + " " + s.parked())
          .containsExactly("1 null io false", "2 engine io false", "3 null control false");
      one.connect(1, peer.port());
      Socket first = peer.accept();
      other.connect(1, peer.port());
      Socket second = peer.accept();
      other.connect(2, peer.port());
      first.getOutputStream().write(new byte[1000]);
      one.receive(1, 1000);
      second.getOutputStream().write(new byte[30]);
      other.receive(1, 30);
      one.sendData(1, new byte[7]);
      first.getInputStream().readNBytes(7);
      other.send(new ClientFrame.TcpClose(0, 99));
      daemon.awaitStat(Counter.UNKNOWN_SOCKET_FRAMES, 1);
      assertCounted(Counter.TCP_SOCKETS, 1, 2);
      assertCounted(Counter.TCP_OPENED, 1, 2);
      assertCounted(Counter.BYTES_RECEIVED, 1000, 30);
      assertCounted(Counter.BYTES_SENT, 7, 0);
      assertCounted(Counter.UNKNOWN_SOCKET_FRAMES, 0, 1);
      assertThat(count(2, Counter.FRAMES_FROM_CLIENT)).as("of /control").isEqualTo(2);
      assertThat(control).isNotNull();
    }
  }

  private void assertCounted(Counter counter, long one, long other) {
    assertThat(count(0, counter)).as("%s of the first", counter).isEqualTo(one);
    assertThat(count(1, counter)).as("%s of the second", counter).isEqualTo(other);
    assertThat(daemon.stats().get(counter)).as("%s of all", counter).isEqualTo(one + other);
  }

  @Test
  void theTimeAClientHasNotReadIsReportedUntilItReads() throws Exception {
    int total = 8 << 20;
    try (TestClient client = daemon.client()) {
      TestDaemon.await("a rest", () -> sessions().getFirst().times().blocked().isZero());
      client.connect(1, peer.port());
      Peer.write(peer.accept(), new byte[total]);
      awaitBlocked(Duration.ofMillis(1));
      Duration before = sessions().getFirst().times().blocked();
      awaitBlocked(before.plusMillis(200));
      client.receive(1, total);
      TestDaemon.await("the end", () -> sessions().getFirst().times().blocked().isZero());
    }
  }

  private void awaitBlocked(Duration least) {
    TestDaemon.await(
        "blocked for " + least, () -> sessions().getFirst().times().blocked().compareTo(least) > 0);
  }

  @Test
  void aLostSessionIsListedAsParkedAndResumesUnderTheNextNumber() throws Exception {
    TestClient client = daemon.client(RESUME);
    client.connect(1, peer.port());
    Socket socket = peer.accept();
    socket.getOutputStream().write(new byte[500]);
    client.receive(1, 500);
    client.vanish();
    daemon.awaitStat(Counter.PARKED_SESSIONS, 1);
    assertThat(sessions()).extracting(SessionReport::parked).containsExactly(true);
    assertThat(count(0, Counter.TCP_SOCKETS)).isEqualTo(1);
    assertThat(sessions().getFirst().queuedToClient()).as("kept for resuming").isGreaterThan(500);
    assertThat(daemon.services().directory().sockets().get(1L)).hasSize(1);
    try (TestClient back = daemon.client(RESUME)) {
      assertThat(sessions()).extracting(SessionReport::parked).containsExactly(true, false);
      back.send(new ClientFrame.Resume(9, 2, client.ticket()));
      assertThat(back.expect(DaemonFrame.Resumed.class).errno()).isZero();
      assertThat(sessions())
          .extracting(s -> s.name().number() + " " + s.parked())
          .containsExactly("2 false");
      assertThat(count(0, Counter.TCP_OPENED)).isEqualTo(1);
      assertThat(count(0, Counter.BYTES_RECEIVED)).isEqualTo(500);
      assertThat(sessions().getFirst().queuedToClient()).isZero();
      assertThat(daemon.services().directory().sockets().get(2L)).hasSize(1);
    }
    daemon.awaitStat(Counter.TCP_SOCKETS, 0);
    assertThat(sessions()).isEmpty();
    assertThat(daemon.services().directory().sockets()).isEmpty();
  }

  @Test
  void aParkedSessionThatIsNotResumedIsNoLongerListed() throws Exception {
    Limits limits = Limits.builder().resumeGrace(Duration.ofMillis(1)).build();
    try (TestDaemon hasty = TestDaemon.start(limits)) {
      TestClient client = hasty.client(RESUME);
      client.connect(1, peer.port());
      client.vanish();
      TestDaemon.await("its end", () -> hasty.daemon().sessions().isEmpty());
      hasty.awaitStat(Counter.TCP_SOCKETS, 0);
      hasty.awaitStat(Counter.PARKED_SESSIONS, 0);
    }
  }

  @Test
  void afterTheEndOfASessionItsGaugesAreZero() throws Exception {
    try (TestClient lasting = daemon.client()) {
      lasting.connect(1, peer.port());
      peer.accept();
      TestClient leaving = daemon.client();
      leaving.connect(1, peer.port());
      peer.accept();
      leaving.connect(2, peer.port());
      peer.accept();
      leaving.sendData(1, new byte[15 << 20]); // the peer does not read it
      leaving.send(new ClientFrame.TcpClose(0, 2));
      leaving.send(new ClientFrame.TcpListen(3, 1, 0, "127.0.0.1"));
      leaving.expect(DaemonFrame.TcpListenResult.class);
      leaving.send(new ClientFrame.UdpBind(4, 7, 0, "127.0.0.1"));
      leaving.expect(DaemonFrame.UdpBound.class);
      leaving.send(new ClientFrame.TcpConnect(5, 8, 1, "no-such-name..invalid"));
      assertThat(count(1, Counter.QUEUED_BYTES)).isPositive();
      leaving.vanish();
      for (Counter gauge : gauges) {
        TestDaemon.await(
            gauge + " of the other session only",
            () -> daemon.stats().get(gauge)
                == (gauge == Counter.WS_CONNECTIONS ? 1 : count(0, gauge)));
      }
      assertThat(sessions()).extracting(session -> session.name().number()).containsExactly(1L);
      assertThat(daemon.services().directory().sockets()).containsOnlyKeys(1L);
    }
    gauges.forEach(gauge -> daemon.awaitStat(gauge, 0));
    assertThat(sessions()).isEmpty();
  }

  @Test
  void theLogSummarizesASessionAtItsEnd() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    Handler handler = new Handler() {
      @Override
      public void publish(LogRecord entry) {
        lines.add(entry.getMessage());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    Logger log = Logger.getLogger(SessionIdentity.class.getName());
    Level usual = log.getLevel();
    log.setLevel(Level.INFO);
    log.addHandler(handler);
    try {
      daemon.unauthenticatedClient().close();
      TestClient client = daemon.client();
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      client.sendData(1, new byte[12]);
      socket.getInputStream().readNBytes(12);
      socket.getOutputStream().write(new byte[345]);
      client.receive(1, 345);
      client.send(new ClientFrame.TcpConnect(5, 8, 1, "no-such-name..invalid"));
      client.expect(DaemonFrame.TcpConnected.class);
      client.close();
      daemon.awaitStat(Counter.TCP_SOCKETS, 0);
      String sums =
          "Session 2 has ended after \\d+ s: 1 TCP sockets opened, 1 connects failed,"
              + " 12 bytes to peers and 345 from them, 0 datagrams dropped\\.";
      // Daemons of earlier tests may still be logging too.
      TestDaemon.await(
          "the sums", () -> lines.stream().anyMatch(line -> line.matches(sums)));
      assertThat(lines).contains("Session 2 is open.");
      daemon.trusted("a\nline").close();
      String named = "Session 3 is open, with the id a?line.";
      TestDaemon.await("the id of the session", () -> lines.contains(named));
    } finally {
      log.removeHandler(handler);
      log.setLevel(usual);
    }
  }
}

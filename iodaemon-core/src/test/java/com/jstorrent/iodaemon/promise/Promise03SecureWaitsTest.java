package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROTOCOL.md § 4.3: a handshake while the client does not read, has closed the socket, or has lost its connection. */
class Promise03SecureWaitsTest {
  private static final Duration TIMEOUT = Limits.DEFAULT.secureTimeout();
  private static final int MORE_THAN_WAITS = 8 << 20;
  private static final int MUCH = 900_000;

  private static void serveTls(Socket socket) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                TestTls.serve(socket).startHandshake();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /** The relay waits for the client, which reads nothing. */
  private static void fill(TestClient client, Peer bulk, BooleanSupplier blocked)
      throws Exception {
    client.connect(2, bulk.port());
    Peer.write(bulk.accept(), new byte[MORE_THAN_WAITS]);
    TestDaemon.await("the relay to wait for the client", blocked);
  }

  private static Duration blocked(TestDaemon daemon) {
    return daemon.daemon().sessions().getFirst().times().blocked();
  }

  private static DaemonFrame nextOfSocket(TestClient client) throws Exception {
    DaemonFrame frame;
    do {
      frame = client.next();
    } while (frame instanceof DaemonFrame.TcpRecv);
    return frame;
  }

  @Test
  void theTimeInWhichTheClientDoesNotReadDoesNotCount() throws Exception {
    ManualClock clock = new ManualClock();
    try (TestDaemon daemon = TestDaemon.start(IoDaemon.builder().clock(clock));
        Peer peer = Peer.open();
        Peer bulk = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      serveTls(peer.accept());
      fill(client, bulk, () -> {
        clock.advance(TIMEOUT.dividedBy(10));
        return blocked(daemon).compareTo(TIMEOUT) > 0;
      });
      client.send(new ClientFrame.TcpSecure(3, 1, true, TestTls.HOST));
      clock.advance(TIMEOUT);
      assertThat(nextOfSocket(client)).isEqualTo(new DaemonFrame.TcpSecured(3, 1, 0));
    }
  }

  @Test
  void aPeerThatDoesNotAnswerHasTheRestOfItsTimeAfterTheClientReadsAgain() throws Exception {
    ManualClock clock = new ManualClock();
    try (TestDaemon daemon = TestDaemon.start(IoDaemon.builder().clock(clock));
        Peer silent = Peer.open();
        Peer bulk = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, silent.port());
      client.send(new ClientFrame.TcpSecure(3, 1, true, TestTls.HOST));
      awaitHandshake(daemon, clock);
      long begun = clock.nanoTime();
      fill(client, bulk, () -> {
        // Slowly while the relay is filled, which may take long: the handshake must not time out meanwhile.
        boolean filled = daemon.stats().get(Counter.BYTES_RECEIVED) > MUCH;
        clock.advance(filled ? Duration.ofMillis(1) : Duration.ofNanos(10_000));
        return blocked(daemon).compareTo(Duration.ofMillis(100)) > 0;
      });
      Duration unblocked = Duration.ofNanos(clock.nanoTime() - begun);
      clock.advance(TIMEOUT.multipliedBy(9));
      client.receiveSome(2, MORE_THAN_WAITS);
      DaemonFrame frame;
      int seconds = 0;
      do {
        clock.advance(Duration.ofSeconds(1));
        seconds++;
        client.send(new ClientFrame.TcpListen(9, 9, 0, "256.256.256.256"));
        frame = nextOfSocket(client); // an answer to this one: the relay has done what was due
      } while (frame instanceof DaemonFrame.TcpListenResult);
      assertThat(frame).isEqualTo(new DaemonFrame.TcpSecured(3, 1, 110));
      assertThat((long) seconds)
          .isBetween(TIMEOUT.minus(unblocked).toSeconds() - 1, TIMEOUT.toSeconds() + 2);
    }
  }

  @Test
  void aHandshakeLeavesNothingBehindWhenItsSessionEnds() throws Exception {
    ManualClock clock = new ManualClock();
    try (TestDaemon daemon = TestDaemon.start(IoDaemon.builder().clock(clock));
        Peer silent = Peer.open()) {
      int before = clock.waiting();
      TestClient client = daemon.client(Set.of(Capability.RESUME));
      client.connect(1, silent.port());
      client.send(new ClientFrame.TcpSecure(3, 1, true, TestTls.HOST));
      awaitHandshake(daemon, clock);
      client.vanish();
      daemon.awaitStat(Counter.PARKED_SESSIONS, 1);
      TestDaemon.await("nothing to wait for", () -> {
        clock.advance(TIMEOUT);
        return daemon.stats().get(Counter.TLS_SOCKETS) == 0 && clock.waiting() <= before;
      });
    }
  }

  private static void awaitHandshake(TestDaemon daemon, ManualClock clock) {
    TestDaemon.await("the handshake", () -> {
      clock.advance(Limits.FIRST_EVENT_DELAY);
      return daemon.stats().get(Counter.TLS_SOCKETS) == 1;
    });
  }

  @Test
  void theTimeWithoutAConnectionDoesNotCount() throws Exception {
    ManualClock clock = new ManualClock();
    Set<Capability> resume = Set.of(Capability.RESUME);
    try (TestDaemon daemon = TestDaemon.start(IoDaemon.builder().clock(clock));
        Peer peer = Peer.open()) {
      TestClient client = daemon.client(resume);
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      client.send(new ClientFrame.TcpSecure(3, 1, true, TestTls.HOST));
      awaitHandshake(daemon, clock);
      client.vanish();
      daemon.awaitStat(Counter.PARKED_SESSIONS, 1);
      serveTls(socket);
      clock.advance(TIMEOUT.plusSeconds(1));
      try (TestClient back = daemon.client(resume)) {
        back.send(new ClientFrame.Resume(9, 1, client.ticket()));
        assertThat(back.expect(DaemonFrame.Resumed.class).errno()).isZero();
        assertThat(back.next()).isEqualTo(new DaemonFrame.TcpSecured(3, 1, 0));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1000, 104"})
  void afterTheClientsCloseOnlyTcpCloseComes(int bytes, int errno) throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer bulk = Peer.open();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpListen(1, 1, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      try (Socket peer = new Socket("127.0.0.1", port)) {
        int id = client.expect(DaemonFrame.TcpAccept.class).socketId();
        assertThat(peer.isConnected()).isTrue();
        fill(client, bulk, () -> blocked(daemon).toSeconds() > 0);
        client.send(new ClientFrame.TcpSecure(5, id, false, "")); // fails: there is no name to check
        daemon.awaitStat(Counter.TCP_SOCKETS, 1);
        if (bytes > 0) {
          client.sendData(id, new byte[bytes]);
        }
        client.send(new ClientFrame.TcpClose(0, id));
        client.send(new ClientFrame.TcpClose(0, 2));
        assertThat(nextOfSocket(client)).isEqualTo(new DaemonFrame.TcpClosed(0, id, errno));
      }
    }
  }
}

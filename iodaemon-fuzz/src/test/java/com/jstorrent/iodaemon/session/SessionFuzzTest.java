package com.jstorrent.iodaemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.fuzz.Defects;
import com.jstorrent.iodaemon.fuzz.Loopback;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * A client that sends arbitrary frames, with real sockets on this machine only: afterwards another
 * client is served normally, and in the end nothing is left behind.
 */
class SessionFuzzTest {
  private static final Duration MOMENT = Duration.ofMillis(2);
  private static final Limits LIMITS =
      Limits.builder()
          .sockets(16)
          .listeners(4)
          .secureTimeout(Duration.ofSeconds(1))
          .linger(Duration.ofMillis(100))
          .resumeGrace(Duration.ofMillis(200))
          .build();

  private static Defects defects;
  private static TestDaemon daemon;
  private static Peer echo;

  @BeforeAll
  static void begin() throws IOException {
    defects = new Defects();
    daemon = TestDaemon.start(LIMITS);
    echo = Peer.echoing();
  }

  @AfterAll
  static void end() throws IOException {
    TestDaemon.clientGauges().forEach(gauge -> daemon.awaitStat(gauge, 0));
    daemon.close();
    echo.close();
    defects.assertNone();
    defects.close();
  }

  @FuzzTest
  void clients(byte[] bytes) throws IOException, InterruptedException {
    Loopback.only();
    play(new Script(bytes));
    try (TestClient another = daemon.client()) {
      another.connect(1, echo.port());
      another.sendData(1, new byte[] {7});
      assertThat(another.receive(1, 1)).containsExactly(7);
    }
    defects.assertNone();
  }

  private static void play(Script script) throws IOException, InterruptedException {
    LocalFrames local = new LocalFrames(echo.port());
    TestClient client = connect(script);
    try {
      for (Script.Step step; (step = script.next()) != null;) {
        switch (step) {
          case Script.Step.Send send -> client.send(local.local(send.frame()));
          case Script.Step.Receive receive -> receive(client, local);
          case Script.Step.Reconnect reconnect -> {
            client.vanish();
            local.resumeWith(client.ticket());
            client = connect(script);
          }
        }
      }
    } catch (ClosedChannelException e) {
      // The daemon has ended the connection because of an earlier frame.
    }
    if (script.endsInOrder()) {
      client.close();
    } else {
      client.vanish();
    }
  }

  private static TestClient connect(Script script) throws IOException, InterruptedException {
    return script.authenticates()
        ? daemon.client(script.capabilities())
        : daemon.unauthenticatedClient();
  }

  private static void receive(TestClient client, LocalFrames local)
      throws IOException, InterruptedException {
    for (DaemonFrame frame; (frame = client.poll(MOMENT)) != null;) {
      switch (frame) {
        case DaemonFrame.TcpListenResult f -> local.boundTo(f.boundPort());
        case DaemonFrame.UdpBound f -> local.boundTo(f.boundPort());
        default -> {
        }
      }
    }
  }
}

package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.12: everything that belongs to a connection ends with it. */
class Promise12CleanUpTest {

  @Test
  void socketsServersAndConnectsEndWithTheClient() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      Socket socket;
      int port;
      try (TestClient client = daemon.client()) {
        client.connect(1, peer.port());
        socket = peer.accept();
        port = listen(client);
      }
      assertThat(socket.getInputStream().read()).as("FIN").isEqualTo(-1);
      bindAgain(port);
      everythingIsGone(daemon);
    }
  }

  @Test
  void aClientThatVanishesWhileItDoesNotReadLeavesNothingBehind() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      int port;
      try (TestClient client = daemon.client()) {
        port = listen(client);
        client.connect(1, peer.port());
        Peer.flood(peer.accept());
        TestDaemon.await(
            "the relay to block", () -> daemon.stats().get(Counter.BYTES_RECEIVED) > 900_000);
      }
      bindAgain(port);
      everythingIsGone(daemon);
    }
  }

  @Test
  void queuedBytesStillReachThePeerOfAClientThatHasGone() throws Exception {
    // The clock stands still: the peer has as long as it takes.
    try (TestDaemon daemon = TestDaemon.start(IoDaemon.builder().clock(new ManualClock()));
        Peer peer = Peer.open()) {
      Socket socket;
      int bytes = 4 << 20;
      try (TestClient client = daemon.client()) {
        client.connect(1, peer.port());
        socket = peer.accept();
        client.sendData(1, Peer.bytes(12, bytes));
      }
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(Peer.bytes(12, bytes));
      socket.close();
      everythingIsGone(daemon);
    }
  }

  @Test
  void aClientThatVanishesWhileItIsNotReadLeavesNothingBehind() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer stalled = Peer.open()) {
      TestClient client = daemon.client();
      int port = listen(client);
      client.connect(1, stalled.port());
      Thread sender =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (true) {
                        client.sendData(1, new byte[1 << 20]);
                      }
                    } catch (IOException e) {
                      // The client has closed itself.
                    }
                  });
      TestDaemon.await( // from now on the daemon does not read from the client
          "a pause", () -> daemon.stats().get(Counter.SEND_PAUSES) > 0);
      client.close();
      sender.join();
      bindAgain(port);
      everythingIsGone(daemon);
      assertThat(daemon.stats().get(Counter.SEND_STALLS)).as("the daemon did not wait for a stall")
          .isZero();
    }
  }

  @Test
  void manyRepliesToALostClientAreDiscarded() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      int refused = 6000;
      try (TestClient client = daemon.client()) {
        client.connect(1, peer.port());
        Peer.flood(peer.accept());
        TestDaemon.await(
            "the relay to block", () -> daemon.stats().get(Counter.BYTES_RECEIVED) > 900_000);
        for (int i = 0; i < refused; i++) {
          client.send(new ClientFrame.TcpConnect(i, 1, 1, "127.0.0.1"));
        }
      }
      everythingIsGone(daemon);
    }
  }

  private static int listen(TestClient client) throws IOException, InterruptedException {
    client.send(new ClientFrame.TcpListen(5, 5, 0, "127.0.0.1"));
    return client.expect(DaemonFrame.TcpListenResult.class).boundPort();
  }

  private static void bindAgain(int port) throws InterruptedException {
    TestDaemon.await(
        "the port to be free",
        () -> {
          try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return again.isBound();
          } catch (IOException e) {
            return false;
          }
        });
  }

  private static void everythingIsGone(TestDaemon daemon) throws InterruptedException {
    daemon.awaitStat(Counter.WS_CONNECTIONS, 0);
    daemon.awaitStat(Counter.TCP_SOCKETS, 0);
    daemon.awaitStat(Counter.PENDING_TCP, 0);
    daemon.awaitStat(Counter.TCP_SERVERS, 0);
    daemon.awaitStat(Counter.PENDING_CONNECTS, 0);
    daemon.awaitStat(Counter.QUEUED_BYTES, 0);
    TestDaemon.await(
        "the relay thread to end",
        () -> Thread.getAllStackTraces()
            .keySet()
            .stream()
            .noneMatch(thread -> thread.getName().startsWith("iodaemon-relay")));
  }
}

package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.9: connecting fails with a reason, in time, and can be cancelled. */
class Promise09ConnectTest {

  @Test
  void aPortWhereNobodyListensIsRefused() throws Exception {
    int port;
    try (Peer gone = Peer.open()) {
      port = gone.port();
    }
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(3, 1, port, "127.0.0.1"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(3, 1, 111));
      client.send(new ClientFrame.TcpConnect(4, 1, port, "localhost"));
      assertThat(client.next())
          .as("the id is free again")
          .isEqualTo(new DaemonFrame.TcpConnected(4, 1, 111));
    }
  }

  @Test
  void aPeerThatNeverAnswersTimesOut() throws Exception {
    Limits limits = Limits.builder().connectTimeout(Duration.ofMillis(300)).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        SilentPort silent = new SilentPort();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(3, 1, silent.port(), "127.0.0.1"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(3, 1, 110));
    }
  }

  @Test
  void closeCancelsAnAttemptAndFreesItsTurn() throws Exception {
    // Without the cancelling, the turn would not come before this test gives up.
    Limits limits =
        Limits.builder().concurrentConnects(1).connectTimeout(Duration.ofHours(1)).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        SilentPort silent = new SilentPort();
        Peer good = Peer.open();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(3, 1, silent.port(), "127.0.0.1"));
      client.send(new ClientFrame.TcpConnect(4, 2, good.port(), "127.0.0.1"));
      client.send(new ClientFrame.TcpClose(0, 1));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(4, 2, 0));
      daemon.awaitStat(Counter.PENDING_CONNECTS, 0);
    }
  }

  @Test
  void bytesSentBeforeTheSocketIsConnectedAreKept() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(3, 1, peer.port(), "localhost"));
      client.sendData(1, new byte[] {1, 2, 3});
      assertThat(peer.accept().getInputStream().readNBytes(3)).containsExactly(1, 2, 3);
    }
  }

  /** A port whose backlog is full: SYNs to it are not answered. */
  private static final class SilentPort implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> fillers = new ArrayList<>();

    SilentPort() throws IOException {
      try {
        while (true) {
          Socket filler = new Socket();
          fillers.add(filler);
          filler.connect(new InetSocketAddress(server.getInetAddress(), port()), 200);
        }
      } catch (SocketTimeoutException e) {
        // The backlog is full now.
      }
    }

    int port() {
      return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      for (Socket filler : fillers) {
        filler.close();
      }
      server.close();
    }
  }
}

package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Servers of a client (PROTOCOL.md § 3: TCP_LISTEN and related frames). */
class ServersTest {

  @Test
  void aStoppedPortCanBeListenedOnAgainAtOnce() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      int port = 0;
      for (int i = 0; i < 200; i++) {
        client.send(new ClientFrame.TcpListen(i, i, port, "127.0.0.1"));
        DaemonFrame.TcpListenResult result = client.expect(DaemonFrame.TcpListenResult.class);
        assertThat(result.errno()).as("round %d", i).isZero();
        port = result.boundPort();
        client.send(new ClientFrame.TcpStopListen(0, i));
      }
      daemon.awaitStat(Counter.TCP_SERVERS, 0);
    }
  }

  @Test
  void aPortWhoseServerIsStoppedWhileItStartsCanBeListenedOnAtOnce() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      int port = listen(client, 0, "127.0.0.1");
      client.send(new ClientFrame.TcpStopListen(0, 0));
      for (int i = 1; i < 2000; i += 2) {
        client.send(new ClientFrame.TcpListen(i, i, port, "127.0.0.1"));
        client.send(new ClientFrame.TcpStopListen(0, i));
        client.send(new ClientFrame.TcpListen(i + 1, i + 1, port, "127.0.0.1"));
        DaemonFrame.TcpListenResult result;
        do {
          result = client.expect(DaemonFrame.TcpListenResult.class);
          assertThat(result.errno()).as("server %d", result.requestId()).isZero();
        } while (result.requestId() != i + 1);
        client.send(new ClientFrame.TcpStopListen(0, i + 1));
      }
      daemon.awaitStat(Counter.TCP_SERVERS, 0);
    }
  }

  @Test
  void stoppingAServerWhileItStartsDoesNoHarm() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      for (int i = 0; i < 2000; i++) {
        client.send(new ClientFrame.TcpListen(i, i, 0, "127.0.0.1"));
        client.send(new ClientFrame.TcpStopListen(0, i));
      }
      client.send(new ClientFrame.TcpListen(9999, 9999, 0, ""));
      while (client.expect(DaemonFrame.TcpListenResult.class).requestId() != 9999) {}
      daemon.awaitStat(Counter.TCP_SERVERS, 1);
    }
  }

  @Test
  void stoppingAServerKeepsAcceptedSockets() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpListen(1, 1, 0, ""));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        int id = client.expect(DaemonFrame.TcpAccept.class).socketId();
        client.send(new ClientFrame.TcpStopListen(0, 1));
        client.sendData(id, new byte[] {5});
        assertThat(socket.getInputStream().read()).isEqualTo(5);
      }
      client.expect(DaemonFrame.TcpClosed.class);
    }
  }

  @Test
  void anIpv6PeerIsReportedInCanonicalForm() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      int port = listen(client, 1, "::1");
      try (Socket peer = new Socket("::1", port)) {
        DaemonFrame.TcpAccept accepted = client.expect(DaemonFrame.TcpAccept.class);
        assertThat(accepted.remoteAddress()).isEqualTo("::1");
        assertThat(accepted.remotePort()).isEqualTo(peer.getLocalPort());
      }
    }
  }

  @Test
  void anIpv4PeerOfADualStackServerIsReportedAsIpv4() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      int port = listen(client, 1, "::");
      try (Socket peer = new Socket("127.0.0.1", port)) {
        assertThat(client.expect(DaemonFrame.TcpAccept.class).remoteAddress())
            .as("of %s", peer)
            .isEqualTo("127.0.0.1");
      }
    }
  }

  @Test
  void failuresHaveTheirErrno() throws Exception {
    Limits limits = Limits.builder().listeners(2).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpListen(1, 1, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      client.send(new ClientFrame.TcpListen(2, 2, port, "127.0.0.1"));
      assertThat(client.next()).as("port in use")
          .isEqualTo(new DaemonFrame.TcpListenResult(2, 2, 0, 98));
      client.send(new ClientFrame.TcpListen(3, 1, 0, "127.0.0.1"));
      assertThat(client.next()).as("id in use")
          .isEqualTo(new DaemonFrame.TcpListenResult(3, 1, 0, 98));
      client.send(new ClientFrame.TcpListen(4, 4, 0, "192.0.2.1"));
      assertThat(client.next()).as("address of another machine")
          .isEqualTo(new DaemonFrame.TcpListenResult(4, 4, 0, 99));
      client.send(new ClientFrame.TcpListen(5, 5, 0, "127.0.0.1"));
      assertThat(client.expect(DaemonFrame.TcpListenResult.class).errno()).isZero();
      client.send(new ClientFrame.TcpListen(6, 6, 0, "127.0.0.1"));
      assertThat(client.next()).as("limit").isEqualTo(new DaemonFrame.TcpListenResult(6, 6, 0, 24));
    }
  }

  @Test
  void theBindAddressIsRespected() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      int four = listen(client, 1, "");
      assertThat(reaches("127.0.0.1", four)).isTrue();
      assertThat(reaches("::1", four)).as("an empty address binds all of IPv4 but not IPv6")
          .isFalse();
      int six = listen(client, 2, "::1");
      assertThat(reaches("::1", six)).isTrue();
      assertThat(reaches("127.0.0.1", six)).isFalse();
      int one = listen(client, 3, "127.0.0.2");
      assertThat(reaches("127.0.0.2", one)).isTrue();
      assertThat(reaches("127.0.0.1", one)).isFalse();
      int named = listen(client, 4, "localhost");
      assertThat(reaches("localhost", named)).isTrue();
    }
  }

  @Test
  void aBurstOfConnectionsIsAccepted() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      int port = listen(client, 1, "127.0.0.1");
      List<Socket> callers = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        callers.add(new Socket(InetAddress.getLoopbackAddress(), port));
      }
      Set<Integer> ids = new HashSet<>();
      for (Socket caller : callers) {
        DaemonFrame.TcpAccept accept = client.expect(DaemonFrame.TcpAccept.class);
        assertThat(accept.socketId()).as("ids from the upper half").isNegative();
        assertThat(accept.remotePort()).isEqualTo(caller.getLocalPort());
        assertThat(ids.add(accept.socketId())).isTrue();
      }
      for (Socket caller : callers) {
        caller.close();
      }
    }
  }

  private static int listen(TestClient client, int id, String address) throws Exception {
    client.send(new ClientFrame.TcpListen(id, id, 0, address));
    DaemonFrame frame;
    do { // connections of earlier rounds may still arrive
      frame = client.next();
    } while (!(frame instanceof DaemonFrame.TcpListenResult));
    DaemonFrame.TcpListenResult result = (DaemonFrame.TcpListenResult) frame;
    assertThat(result.errno()).isZero();
    return result.boundPort();
  }

  private static boolean reaches(String host, int port) throws IOException {
    try (Socket caller = new Socket(host, port)) {
      return caller.isConnected();
    } catch (ConnectException e) {
      return false;
    }
  }
}

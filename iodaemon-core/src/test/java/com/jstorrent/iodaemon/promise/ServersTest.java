package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** Servers of a client (PROTOCOL.md § 3, TCP_LISTEN and its kin). */
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
  void stoppingAServerLeavesWhatItAccepted() throws Exception {
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
  void failuresHaveTheirErrno() throws Exception {
    Limits limits = Limits.builder().listeners(2).build();
    try (TestDaemon daemon = TestDaemon.start(limits);
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpListen(1, 1, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      client.send(new ClientFrame.TcpListen(2, 2, port, "127.0.0.1"));
      assertThat(client.next()).as("in use")
          .isEqualTo(new DaemonFrame.TcpListenResult(2, 2, 0, 98));
      client.send(new ClientFrame.TcpListen(3, 1, 0, "127.0.0.1"));
      assertThat(client.next()).as("the id")
          .isEqualTo(new DaemonFrame.TcpListenResult(3, 1, 0, 98));
      client.send(new ClientFrame.TcpListen(4, 4, 0, "192.0.2.1"));
      assertThat(client.next()).as("not ours")
          .isEqualTo(new DaemonFrame.TcpListenResult(4, 4, 0, 99));
      client.send(new ClientFrame.TcpListen(5, 5, 0, "127.0.0.1"));
      assertThat(client.expect(DaemonFrame.TcpListenResult.class).errno()).isZero();
      client.send(new ClientFrame.TcpListen(6, 6, 0, "127.0.0.1"));
      assertThat(client.next()).as("limit").isEqualTo(new DaemonFrame.TcpListenResult(6, 6, 0, 24));
    }
  }
}

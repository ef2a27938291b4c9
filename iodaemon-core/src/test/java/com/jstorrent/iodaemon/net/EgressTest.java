package com.jstorrent.iodaemon.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon whose clients may reach public addresses only (PROTOCOL.md § 4.15). */
class EgressTest {

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "0.0.0.0"})
  void aConnectToThisMachineIsRefusedForEveryFormOfItsName(String host) throws Exception {
    try (TestDaemon daemon = TestDaemon.denyingPrivate();
        ServerSocket server = new ServerSocket(0);
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(9, 1, server.getLocalPort(), host));
      assertThat(client.expect(DaemonFrame.TcpConnected.class))
          .isEqualTo(new DaemonFrame.TcpConnected(9, 1, Errno.EACCES.number()));
    }
  }

  @Test
  void datagramsToThisMachineAreDroppedAndCounted() throws Exception {
    try (TestDaemon daemon = TestDaemon.denyingPrivate();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.UdpBind(1, 1, 0, ""));
      client.expect(DaemonFrame.UdpBound.class);
      client.send(new ClientFrame.UdpSend(0, 1, 9, "127.0.0.1", ByteBuffer.allocate(1)));
      client.send(new ClientFrame.UdpSend(0, 1, 9, "localhost", ByteBuffer.allocate(1)));
      daemon.awaitStat(Counter.UDP_SEND_DROPS, 2);
      assertThat(daemon.stats().get(Counter.UDP_BYTES_SENT)).isZero();
    }
  }

  @Test
  void connectionsToAServerOfAClientAreNotAffected() throws Exception {
    try (TestDaemon daemon = TestDaemon.denyingPrivate();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpListen(1, 1, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), port)) {
        int accepted = client.expect(DaemonFrame.TcpAccept.class).socketId();
        peer.getOutputStream().write(7);
        assertThat(client.receive(accepted, 1)).containsExactly(7);
      }
    }
  }
}

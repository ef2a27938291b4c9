package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.2: ACCEPT, CONNECTED, RECV and CLOSE of a socket come in this order, once. */
class Promise02OrderOfEventsTest {
  private static final int BYTES = 600_000;

  @RepeatedTest(20)
  void connectedThenEveryByteThenOneClose() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      byte[] data = Peer.bytes(1, BYTES);
      Thread server =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Socket socket = peer.accept()) {
                      socket.getOutputStream().write(data);
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      client.connect(5, peer.port());
      assertThat(client.receive(5, BYTES)).isEqualTo(data);
      DaemonFrame.TcpClosed closed = client.expect(DaemonFrame.TcpClosed.class);
      assertThat(closed).isEqualTo(new DaemonFrame.TcpClosed(0, 5, 0));
      server.join();
      nothingMoreComes(client);
    }
  }

  @Test
  void acceptComesBeforeTheFirstByteOfTheSocket() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpListen(9, 3, 0, "127.0.0.1"));
      DaemonFrame.TcpListenResult bound = client.expect(DaemonFrame.TcpListenResult.class);
      assertThat(bound.errno()).isZero();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), bound.boundPort())) {
        socket.getOutputStream().write(new byte[] {1, 2, 3});
        DaemonFrame.TcpAccept accept = client.expect(DaemonFrame.TcpAccept.class);
        assertThat(accept.serverId()).isEqualTo(3);
        assertThat(accept.socketId()).as("ids from 0x80000000 up").isNegative();
        assertThat(accept.remotePort()).isEqualTo(socket.getLocalPort());
        assertThat(accept.remoteAddress()).isEqualTo("127.0.0.1");
        assertThat(client.receive(accept.socketId(), 3)).containsExactly(1, 2, 3);
      }
      assertThat(client.expect(DaemonFrame.TcpClosed.class).errno()).isZero();
    }
  }

  @Test
  void anIdInUseIsRefusedWithoutEffectOnItsSocket() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.echoing();
        TestClient client = daemon.client()) {
      client.connect(4, peer.port());
      client.send(new ClientFrame.TcpConnect(77, 4, peer.port(), "127.0.0.1"));
      assertThat(client.expect(DaemonFrame.TcpConnected.class))
          .isEqualTo(new DaemonFrame.TcpConnected(77, 4, 98));
      client.sendData(4, new byte[] {42});
      assertThat(client.receive(4, 1)).containsExactly(42);
    }
  }

  /** No frame arrives before the reply to a request that is sent now. */
  private static void nothingMoreComes(TestClient client) throws Exception {
    client.send(new ClientFrame.TcpListen(99, 99, 0, "127.0.0.1"));
    assertThat(client.expect(DaemonFrame.TcpListenResult.class).requestId()).isEqualTo(99);
  }
}

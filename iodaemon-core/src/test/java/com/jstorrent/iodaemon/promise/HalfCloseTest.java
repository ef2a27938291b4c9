package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 9.1: half-close: one side may end while the other one goes on. */
class HalfCloseTest {
  private static final Set<Capability> HALF_CLOSE = Set.of(Capability.HALFCLOSE);

  @Test
  void thePeersEndIsReportedAndTheClientGoesOn() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(HALF_CLOSE)) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      socket.getOutputStream().write(7);
      socket.shutdownOutput();
      assertThat(client.receive(1, 1)).containsExactly(7);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpShutdown(0, 1));
      byte[] data = Peer.bytes(1, 3_000_000);
      for (int sent = 0; sent < data.length; sent += 100_000) {
        client.send(new ClientFrame.TcpSend(0, 1, ByteBuffer.wrap(data, sent, 100_000)));
      }
      client.send(new ClientFrame.TcpShutdown(0, 1));
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(data);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
    }
  }

  @Test
  void theClientsSideEndsAfterQueuedDataAndThePeerIsStillRead() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(HALF_CLOSE)) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      byte[] data = Peer.bytes(2, 8_000_000);
      client.sendData(1, data);
      client.send(new ClientFrame.TcpShutdown(0, 1));
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(data);
      socket.getOutputStream().write(Peer.bytes(3, 500_000));
      assertThat(client.receive(1, 500_000)).isEqualTo(Peer.bytes(3, 500_000));
      socket.close();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
    }
  }

  @Test
  void shutdownBeforeTheSocketIsConnectedIsKept() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(HALF_CLOSE)) {
      client.send(new ClientFrame.TcpConnect(1, 1, peer.port(), "localhost"));
      client.sendData(1, new byte[] {1, 2});
      client.send(new ClientFrame.TcpShutdown(0, 1));
      Socket socket = peer.accept();
      assertThat(socket.getInputStream().readAllBytes()).containsExactly(1, 2);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(1, 1, 0));
      socket.getOutputStream().write(9);
      assertThat(client.receive(1, 1)).containsExactly(9);
    }
  }

  @Test
  void dataAfterTheClientsOwnShutdownIsRefusedAndTheSocketStaysOpen() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(HALF_CLOSE)) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      client.send(new ClientFrame.TcpShutdown(0, 1));
      client.sendData(1, new byte[] {1});
      assertThat(client.expect(DaemonFrame.Error.class).message()).contains("TCP_SHUTDOWN");
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      socket.getOutputStream().write(9);
      assertThat(client.receive(1, 1)).containsExactly(9);
    }
  }

  @Test
  void aResetIsAnErrorEvenWhenThePeerHadEndedItsSide() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(HALF_CLOSE)) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      socket.shutdownOutput();
      client.expect(DaemonFrame.TcpShutdown.class);
      socket.setSoLinger(true, 0);
      socket.close();
      TestDaemon.await(
          "the reset, which shows with a write",
          () -> {
            write(client);
            return daemon.stats().get(Counter.TCP_SOCKETS) == 0;
          });
      DaemonFrame.TcpClosed closed = client.expect(DaemonFrame.TcpClosed.class);
      assertThat(closed.errno()).isEqualTo(104);
    }
  }

  private static void write(TestClient client) {
    try {
      client.sendData(1, new byte[1000]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void withoutTheCapabilityThereIsNoHalfClose() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      client.send(new ClientFrame.TcpShutdown(5, 1));
      assertThat(client.expect(DaemonFrame.Error.class))
          .satisfies(e -> assertThat(e.requestId()).isEqualTo(5))
          .satisfies(e -> assertThat(e.message()).contains("halfclose"));
      peer.accept().shutdownOutput();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
    }
  }
}

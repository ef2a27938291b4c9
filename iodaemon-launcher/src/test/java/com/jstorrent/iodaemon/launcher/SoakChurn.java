package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Opens and closes sockets and servers; clients leave some of them for the daemon to close. */
final class SoakChurn implements SoakLoad {
  private static final int CONNECTS = 300;
  private static final int LEFT_OPEN = 20;
  private static final int DATA = 1000;
  private static final int REFUSED = 111;
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @Override
  public void round(SoakEnvironment environment, SplittableRandom random) throws Exception {
    try (WireClient client = environment.wire()) {
      connects(environment, client);
      refused(client);
      server(environment, client, random.nextLong());
      datagrams(environment, client, random.nextLong());
      for (int id = 0; id < LEFT_OPEN; id++) {
        client.send(new ClientFrame.TcpConnect(id, id, environment.echoPort(), "127.0.0.1"));
        assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(id, id, 0));
        environment.opened.increment();
      }
      if (random.nextBoolean()) {
        client.close(1000);
      } else {
        environment.killed.increment();
      }
    }
  }

  private static void connects(SoakEnvironment environment, WireClient client) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1024, LOOPBACK)) {
      for (int i = 0; i < CONNECTS; i++) {
        client.send(new ClientFrame.TcpConnect(5, 5, server.getLocalPort(), "127.0.0.1"));
        try (Socket peer = server.accept()) {
          assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(5, 5, 0));
          environment.opened.increment();
          if (i % 2 == 0) {
            client.send(new ClientFrame.TcpClose(0, 5));
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
          }
          peer.shutdownOutput();
          assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 5, 0));
        }
      }
    }
  }

  private static void refused(WireClient client) throws Exception {
    int closed;
    try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
      closed = server.getLocalPort();
    }
    client.send(new ClientFrame.TcpConnect(5, 5, closed, "127.0.0.1"));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(5, 5, REFUSED));
  }

  private static void server(SoakEnvironment environment, WireClient client, long seed)
      throws Exception {
    client.send(new ClientFrame.TcpListen(1, 1, 0, "127.0.0.1"));
    int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
    try (Socket peer = new Socket(LOOPBACK, port)) {
      peer.setSoTimeout(TIMEOUT_MILLIS);
      int id = client.expect(DaemonFrame.TcpAccept.class).socketId();
      environment.opened.add(2);
      byte[] data = Peer.bytes(seed, DATA);
      client.send(new ClientFrame.TcpSend(0, id, ByteBuffer.wrap(data)));
      assertThat(peer.getInputStream().readNBytes(DATA)).isEqualTo(data);
      peer.getOutputStream().write(data);
      ByteBuffer back = ByteBuffer.allocate(DATA);
      while (back.hasRemaining()) {
        back.put(client.expect(DaemonFrame.TcpRecv.class).data());
      }
      assertThat(back.array()).isEqualTo(data);
      environment.verified.add(2 * DATA);
      client.send(new ClientFrame.TcpClose(0, id));
      client.send(new ClientFrame.TcpStopListen(0, 1));
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
      peer.shutdownOutput();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, id, 0));
    }
  }

  private static void datagrams(SoakEnvironment environment, WireClient client, long seed)
      throws Exception {
    client.send(new ClientFrame.UdpBind(2, 2, 0, "127.0.0.1"));
    int port = client.expect(DaemonFrame.UdpBound.class).boundPort();
    environment.opened.increment();
    byte[] data = Peer.bytes(seed, DATA);
    try (DatagramSocket peer = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      peer.setSoTimeout(TIMEOUT_MILLIS);
      ByteBuffer bytes = ByteBuffer.wrap(data);
      client.send(new ClientFrame.UdpSend(0, 2, peer.getLocalPort(), "127.0.0.1", bytes));
      DatagramPacket got = new DatagramPacket(new byte[DATA + 1], DATA + 1);
      peer.receive(got);
      requireEqual(ByteBuffer.wrap(got.getData(), 0, got.getLength()), data);
      peer.send(new DatagramPacket(data, DATA, LOOPBACK, port));
      requireEqual(client.expect(DaemonFrame.UdpRecv.class).data(), data);
      environment.verified.add(2 * DATA);
    }
    client.send(new ClientFrame.UdpClose(0, 2));
  }

  private static void requireEqual(ByteBuffer got, byte[] expected) {
    assertThat(got).isEqualTo(ByteBuffer.wrap(expected));
  }
}

package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 4.9: names are looked up anew. */
class AddressCacheIT {
  private static final String TOKEN = "t";

  @TempDir
  Path folder;

  private Path hosts;
  private DaemonProcess daemon;
  private WireClient client;

  @BeforeEach
  void start() throws Exception {
    hosts = Files.createFile(folder.resolve("hosts"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    daemon =
        DaemonProcess.run(
            List.of(
                java, "-Djdk.net.hosts.file=" + hosts, "-jar", System.getProperty("dist.jar"),
                "--token", TOKEN));
    client = new WireClient(HttpClient.newHttpClient(), daemon.port(), TOKEN);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    daemon.close();
  }

  private int connect(int id, String host, int port) throws Exception {
    client.send(new ClientFrame.TcpConnect(id, id, port, host));
    return client.expect(DaemonFrame.TcpConnected.class).errno();
  }

  @Test
  void aNameThatFailedBeforeIsLookedUpAgain() throws Exception {
    try (Peer peer = Peer.open()) {
      assertThat(connect(1, "late.test", peer.port())).isEqualTo(Errno.ENOENT.number());
      client.send(new ClientFrame.TcpListen(2, 2, 0, "late.test"));
      assertThat(client.expect(DaemonFrame.TcpListenResult.class).errno())
          .isEqualTo(Errno.ENOENT.number());
      client.send(new ClientFrame.UdpBind(3, 3, 0, "late.test"));
      assertThat(client.expect(DaemonFrame.UdpBound.class).errno())
          .isEqualTo(Errno.ENOENT.number());
      Files.writeString(hosts, "127.0.0.1 late.test\n");
      assertThat(connect(4, "late.test", peer.port())).isZero();
      client.send(new ClientFrame.TcpListen(5, 5, 0, "late.test"));
      assertThat(client.expect(DaemonFrame.TcpListenResult.class).errno()).isZero();
      client.send(new ClientFrame.UdpBind(6, 6, 0, "late.test"));
      assertThat(client.expect(DaemonFrame.UdpBound.class).errno()).isZero();
    }
  }

  @Test
  void aDatagramToANameThatFailedBeforeArrives() throws Exception {
    try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      peer.setSoTimeout(60_000);
      client.send(new ClientFrame.UdpBind(1, 1, 0, ""));
      client.expect(DaemonFrame.UdpBound.class);
      assertThat(connect(2, "late.test", 1)).isEqualTo(Errno.ENOENT.number());
      Files.writeString(hosts, "127.0.0.1 late.test\n");
      client.send(
          new ClientFrame.UdpSend(0, 1, peer.getLocalPort(), "late.test", ByteBuffer.allocate(7)));
      DatagramPacket packet = new DatagramPacket(new byte[9], 9);
      peer.receive(packet);
      assertThat(packet.getLength()).isEqualTo(7);
    }
  }
}

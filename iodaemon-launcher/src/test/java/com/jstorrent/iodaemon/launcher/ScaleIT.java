package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Large numbers of sockets and WebSockets in a real process, whose descriptors and threads are
 * counted.
 */
@EnabledOnOs(OS.LINUX)
class ScaleIT {
  private static final String TOKEN = "t";
  private static final int SOCKETS = 10_000;
  private static final int TOLERANCE = 16;

  /** The descriptors that a process needs besides its sockets. */
  private static final int OTHERS = 500;

  @Test
  void tenThousandSocketsOnOneWebSocket() throws Exception {
    int count = Math.min(SOCKETS, descriptors() - OTHERS);
    if (count < SOCKETS) {
      System.err.println("Only " + count + " sockets: this machine allows no more descriptors.");
    }
    try (DaemonProcess daemon = DaemonProcess.start(Map.of(), "--token", TOKEN)) {
      int port = daemon.port();
      long before = open(daemon, "fd");
      useSockets(daemon, port, count);
      TestDaemon.await("descriptors", () -> open(daemon, "fd") <= before + TOLERANCE);
    }
  }

  private static void useSockets(DaemonProcess daemon, int port, int count) throws Exception {
    List<Socket> peers = new ArrayList<>();
    try (ServerSocket server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        WireClient client = new WireClient(HttpClient.newHttpClient(), port, TOKEN)) {
      for (int id = 0; id < count; id++) {
        client.send(new ClientFrame.TcpConnect(id, id, server.getLocalPort(), "127.0.0.1"));
        peers.add(server.accept());
      }
      BitSet connected = new BitSet();
      while (connected.cardinality() < count) {
        DaemonFrame.TcpConnected frame = client.expect(DaemonFrame.TcpConnected.class);
        assertThat(frame.errno()).isZero();
        connected.set(frame.socketId());
      }
      assertThat(open(daemon, "task")).as("threads do not grow with sockets").isLessThan(100);
      for (Socket peer : peers) {
        peer.getOutputStream().write(7);
      }
      BitSet heard = new BitSet();
      while (heard.cardinality() < count) {
        heard.set(client.expect(DaemonFrame.TcpRecv.class).socketId());
      }
    } finally {
      for (Socket peer : peers) {
        peer.close();
      }
    }
  }

  @Test
  void tenThousandConnectsAndClosesLeaveNothing() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(Map.of(), "--token", TOKEN);
        ServerSocket server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        WireClient client = new WireClient(HttpClient.newHttpClient(), daemon.port(), TOKEN)) {
      cycles(client, server, 500);
      long descriptors = open(daemon, "fd");
      long threads = open(daemon, "task");
      cycles(client, server, SOCKETS);
      TestDaemon.await("descriptors", () -> open(daemon, "fd") <= descriptors + TOLERANCE);
      TestDaemon.await("threads", () -> open(daemon, "task") <= threads + TOLERANCE);
    }
  }

  private static void cycles(WireClient client, ServerSocket server, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      client.send(new ClientFrame.TcpConnect(5, 5, server.getLocalPort(), "127.0.0.1"));
      try (Socket peer = server.accept()) {
        assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(5, 5, 0));
        if (i % 2 == 0) {
          client.send(new ClientFrame.TcpClose(0, 5));
          assertThat(peer.getInputStream().read()).isEqualTo(-1);
        }
        peer.shutdownOutput();
        assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 5, 0));
      }
    }
  }

  @Test
  void fiftyWebSocketsAtOnce() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(Map.of(), "--token", TOKEN);
        ServerSocket server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress())) {
      int port = daemon.port();
      HttpClient http = HttpClient.newHttpClient();
      List<WireClient> clients = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        clients.add(new WireClient(http, port, TOKEN));
      }
      for (int i = 0; i < 50; i++) {
        WireClient client = clients.get(i);
        client.send(new ClientFrame.TcpConnect(1, 1, server.getLocalPort(), "127.0.0.1"));
        assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(1, 1, 0));
        Socket peer = server.accept();
        client.send(new ClientFrame.TcpSend(0, 1, ByteBuffer.wrap(new byte[] {(byte) i})));
        peer.getOutputStream().write(peer.getInputStream().read());
      }
      for (int i = 0; i < 50; i++) {
        assertThat(clients.get(i).expect(DaemonFrame.TcpRecv.class).data().get())
            .isEqualTo((byte) i);
        clients.get(i).close();
      }
      TestDaemon.await("the relays' end", () -> open(daemon, "task") < 60);
    }
  }

  private static long open(DaemonProcess daemon, String what) {
    try (Stream<Path> entries =
        Files.list(Path.of("/proc", String.valueOf(daemon.process().pid()), what))) {
      return entries.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int descriptors() {
    UnixOperatingSystemMXBean system =
        (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return (int) Math.min(Integer.MAX_VALUE, system.getMaxFileDescriptorCount());
  }
}

package com.jstorrent.iodaemon.network;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * A program that tries operations with IPv6 addresses on a daemon, and prints the errno of each. Its
 * arguments are a command to run once the daemon has started.
 */
public final class Ipv6Probe {
  private final TestDaemon daemon;
  private final TestClient client;
  private int id;

  private Ipv6Probe(TestDaemon daemon, TestClient client) {
    this.daemon = daemon;
    this.client = client;
  }

  public static void main(String[] command) throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      if (command.length > 0 && new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
        throw new IllegalStateException("It failed: " + String.join(" ", command));
      }
      new Ipv6Probe(daemon, client).run();
    }
  }

  private void run() throws Exception {
    try (Peer peer = Peer.open()) {
      int closed;
      try (Peer gone = Peer.open()) {
        closed = gone.port();
      }
      tell("connect-ipv4", connect("127.0.0.1", peer.port()));
      tell("connect-loopback", connect("::1", peer.port()));
      tell("connect-brackets", connect("[::1]", peer.port()));
      tell("connect-global", connect("2001:db8::1", peer.port()));
      tell("connect-ipv6-name", connect("six.test", peer.port()));
      tell("connect-name", connect("both.test", peer.port()));
      tell("connect-name-refused", connect("both.test", closed));
      listenAndSend();
    }
  }

  private void listenAndSend() throws Exception {
    tell("listen-ipv4", listen(""));
    tell("listen-loopback", listen("::1"));
    tell("listen-global", listen("2001:db8::1"));
    tell("listen-name", listen("both.test"));
    tell("udp-loopback", bind("::1"));
    tell("udp-global", bind("2001:db8::1"));
    tell("udp-name", bind("both.test"));
    tell("udp-ipv4", bind(""));
    client.send(new ClientFrame.UdpJoinMulticast(7, id, "ff02::1234"));
    tell("join", client.expect(DaemonFrame.UdpMulticastResult.class).errno());
    client.send(new ClientFrame.UdpSend(0, id, 9, "::1", ByteBuffer.allocate(1)));
    client.send(new ClientFrame.UdpSend(0, id, 9, "six.test", ByteBuffer.allocate(1)));
    daemon.awaitStat(Counter.UDP_SEND_DROPS, 2);
    tell("udp-still-sends", sends("127.0.0.1"));
    tell("udp-still-sends-to-names", sends("both.test"));
  }

  private static void tell(String what, int errno) {
    System.out.println(what + ' ' + errno);
  }

  private int connect(String host, int port) throws Exception {
    client.send(new ClientFrame.TcpConnect(1, ++id, port, host));
    return client.expect(DaemonFrame.TcpConnected.class).errno();
  }

  private int listen(String address) throws Exception {
    client.send(new ClientFrame.TcpListen(1, ++id, 0, address));
    return client.expect(DaemonFrame.TcpListenResult.class).errno();
  }

  private int bind(String address) throws Exception {
    client.send(new ClientFrame.UdpBind(1, ++id, 0, address));
    return client.expect(DaemonFrame.UdpBound.class).errno();
  }

  private int sends(String host) throws Exception {
    try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
      peer.setSoTimeout(60_000);
      client.send(
          new ClientFrame.UdpSend(0, id, peer.getLocalPort(), host, ByteBuffer.allocate(3)));
      DatagramPacket packet = new DatagramPacket(new byte[9], 9);
      peer.receive(packet);
      return packet.getLength() == 3 ? 0 : -1;
    }
  }
}

package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 5.4: sockets that are opened by HTTP and used by frames. */
class SocketRoutesTest {
  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final HttpDaemon daemon = fixture.daemon;

  private Peer peer;

  @BeforeEach
  void start() throws Exception {
    peer = Peer.open();
  }

  @AfterEach
  void stop() throws Exception {
    peer.close();
  }

  private HttpResponse<byte[]> openFor(String session, String body) throws Exception {
    return daemon.post(
        "/control/open_socket", body.getBytes(UTF_8), Map.of("X-JST-Session", session));
  }

  private HttpResponse<byte[]> open(String protocol, String host, int port) throws Exception {
    return daemon.json("/control/open_socket", wish(protocol, host, port));
  }

  private static String wish(String protocol, String host, int port) {
    return "{\"protocol\":\"%s\",\"host\":\"%s\",\"port\":%d}".formatted(protocol, host, port);
  }

  private HttpResponse<byte[]> closeSocket(long id) throws Exception {
    return daemon.json("/control/close_socket", "{\"socketId\":" + id + "}");
  }

  private static long id(HttpResponse<byte[]> response) {
    assertThat(response.statusCode()).as(Answers.text(response)).isEqualTo(200);
    assertThat(Answers.object(response)).containsOnlyKeys("socketId");
    return (Long) Answers.object(response).get("socketId");
  }

  @Test
  void aTcpSocketIsOpenedUsedAndClosed() throws Exception {
    try (TestClient client = daemon.session("s")) {
      long id = id(open("tcp", "127.0.0.1", peer.port()));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(0, (int) id, 0));
      Socket socket = peer.accept();
      client.sendData((int) id, "there".getBytes(UTF_8));
      assertThat(socket.getInputStream().readNBytes(5)).isEqualTo("there".getBytes(UTF_8));
      socket.getOutputStream().write("back".getBytes(UTF_8));
      assertThat(client.receive((int) id, 4)).isEqualTo("back".getBytes(UTF_8));
      long second = id(open("tcp", "127.0.0.1", peer.port()));
      assertThat(second).isNotEqualTo(id).isGreaterThanOrEqualTo(0x8000_0000L);
      client.expect(DaemonFrame.TcpConnected.class);
      HttpResponse<byte[]> closed = closeSocket(id);
      assertThat(closed.statusCode()).isEqualTo(200);
      assertThat(Answers.text(closed)).isEqualTo("{}");
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      Answers.assertFailure(closeSocket(id), 404, "ENOENT");
      client.send(new ClientFrame.TcpListen(11, 1, 0, "127.0.0.1"));
      assertThat(client.next().requestId()).as("no TCP_CLOSE: it was asked for").isEqualTo(11);
    }
  }

  @Test
  void aConnectThatFailsIsToldByTheFrameAlone() throws Exception {
    int port = peer.port();
    peer.close();
    try (TestClient client = daemon.session("s")) {
      long id = id(open("tcp", "127.0.0.1", port));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(0, (int) id, 111));
      Answers.assertFailure(closeSocket(id), 404, "ENOENT");
    }
  }

  @Test
  void aUdpSocketIsBoundUsedAndClosed() throws Exception {
    try (TestClient client = daemon.session("s");
        DatagramSocket other = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      long id = id(open("udp", "127.0.0.1", 0));
      DaemonFrame.UdpBound bound = client.expect(DaemonFrame.UdpBound.class);
      assertThat(bound)
          .isEqualTo(new DaemonFrame.UdpBound(0, (int) id, bound.boundPort(), 0));
      client.send(
          new ClientFrame.UdpSend(
              0, (int) id, other.getLocalPort(), "127.0.0.1", ByteBuffer.allocate(3)));
      DatagramPacket packet = new DatagramPacket(new byte[10], 10);
      other.setSoTimeout(60_000);
      other.receive(packet);
      assertThat(packet.getPort()).isEqualTo(bound.boundPort());
      other.send(packet);
      assertThat(client.expect(DaemonFrame.UdpRecv.class).data().remaining()).isEqualTo(3);
      assertThat(closeSocket(id).statusCode()).isEqualTo(200);
      TestDaemon.await(
          "the port", () -> daemon.daemon.stats().get(Counter.UDP_SOCKETS) == 0);
      Answers.assertFailure(closeSocket(id), 404, "ENOENT");
    }
    try (TestClient client = daemon.session("any")) {
      id(openFor("any", "{\"protocol\":\"udp\",\"host\":\"\",\"port\":0}"));
      assertThat(client.expect(DaemonFrame.UdpBound.class).errno()).isZero();
    }
  }

  @Test
  void aSocketOfTheClientItselfCanBeClosedToo() throws Exception {
    try (TestClient client = daemon.session("s")) {
      client.connect(0xFFFF_FFFE, peer.port());
      Socket socket = peer.accept();
      assertThat(closeSocket(0xFFFF_FFFEL).statusCode()).isEqualTo(200);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void withoutASessionItIsAConflict() throws Exception {
    Answers.assertFailure(open("tcp", "127.0.0.1", peer.port()), 409, "ESESSION");
    Answers.assertFailure(closeSocket(1), 409, "ESESSION");
    try (TestClient client = daemon.session("s")) {
      Answers.assertFailure(
          openFor("another", wish("tcp", "127.0.0.1", peer.port())), 409, "ESESSION");
      assertThat(client.isSilent()).isTrue();
    }
  }

  @Test
  void ofSeveralSessionsTheNameChoosesAndOfOneNameTheNewest() throws Exception {
    try (TestClient one = daemon.session("one");
        TestClient other = daemon.session("other")) {
      Answers.assertFailure(open("tcp", "127.0.0.1", peer.port()), 409, "ESESSION");
      id(openFor("one", wish("tcp", "127.0.0.1", peer.port())));
      assertThat(one.expect(DaemonFrame.TcpConnected.class).errno()).isZero();
      try (TestClient again = daemon.session("one")) {
        id(openFor("one", wish("tcp", "127.0.0.1", peer.port())));
        assertThat(again.expect(DaemonFrame.TcpConnected.class).errno()).isZero();
      }
      assertThat(one.isSilent()).isTrue();
      assertThat(other.isSilent()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "[]", "{}", "{\"protocol\":\"tcp\",\"host\":\"h\"}",
      "{\"protocol\":\"tcp\",\"port\":1}", "{\"host\":\"h\",\"port\":1}",
      "{\"protocol\":\"sctp\",\"host\":\"h\",\"port\":1}",
      "{\"protocol\":\"TCP\",\"host\":\"h\",\"port\":1}",
      "{\"protocol\":\"tcp\",\"host\":\"\",\"port\":1}",
      "{\"protocol\":\"tcp\",\"host\":5,\"port\":1}",
      "{\"protocol\":\"tcp\",\"host\":\"h\",\"port\":65536}",
      "{\"protocol\":\"tcp\",\"host\":\"h\",\"port\":4294967297}",
      "{\"protocol\":\"tcp\",\"host\":\"h\",\"port\":-1}",
      "{\"protocol\":\"tcp\",\"host\":\"h\",\"port\":\"80\"}",
      "{\"protocol\":\"tcp\",\"host\":\"h\",\"port\":1.5}"})
  void aBadWishOpensNothing(String body) throws Exception {
    try (TestClient client = daemon.session("s")) {
      Answers.assertFailure(daemon.json("/control/open_socket", body), 400, "EINVAL");
      assertThat(client.isSilent()).isTrue();
      assertThat(daemon.daemon.stats().get(Counter.PENDING_CONNECTS)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"socketId\":-1}", "{\"socketId\":4294967296}",
      "{\"socketId\":\"1\"}"})
  void aBadIdIsABadRequest(String body) throws Exception {
    try (TestClient client = daemon.session("s")) {
      Answers.assertFailure(daemon.json("/control/close_socket", body), 400, "EINVAL");
      assertThat(client.isSilent()).isTrue();
    }
  }

  /** Names need not be there, nor differ, so a session has a number too. */
  @Test
  void aSocketOfTheSessionWithANumberIsClosed() throws Exception {
    try (TestClient one = daemon.nameless();
        TestClient other = daemon.nameless()) {
      one.connect(7, peer.port());
      Socket socket = peer.accept();
      other.connect(7, peer.port());
      Socket left = peer.accept();
      Answers.assertFailure(closeSocket(7), 409, "ESESSION");
      String body = "{\"session\":%d,\"socketId\":%d}";
      Answers.assertFailure(
          daemon.json("/control/close_socket", body.formatted(3, 7)), 409, "ESESSION");
      Answers.assertFailure(
          daemon.json("/control/close_socket", body.formatted(1, 8)), 404, "ENOENT");
      assertThat(daemon.json("/control/close_socket", body.formatted(1, 7)).statusCode())
          .isEqualTo(200);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      left.getOutputStream().write(1);
      assertThat(other.receive(7, 1)).hasSize(1);
    }
  }
}

package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.client.ClientDaemon.Way;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.stats.Counter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class ServersAndDatagramsTest {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Duration SHORT = Duration.ofMillis(20);

  private ClientDaemon daemon;

  @BeforeEach
  void start() throws IOException {
    daemon = ClientDaemon.start();
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  private static Socket dial(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  @ParameterizedTest
  @EnumSource
  void aServerAccepts(Way way) throws Exception {
    try (IoClient client = daemon.client(way);
        TcpServer server = client.listen(LOOPBACK, 0)) {
      assertThat(server.localAddress())
          .isEqualTo(InetSocketAddress.createUnresolved(LOOPBACK, server.port()));
      assertThatThrownBy(() -> server.accept(SHORT)).isInstanceOf(SocketTimeoutException.class);
      for (int i = 0; i < 3; i++) {
        Socket socket = dial(server.port());
        socket.getOutputStream().write(i);
        TcpConnection connection = server.accept(LONG);
        assertThat(connection.remoteAddress())
            .isEqualTo(InetSocketAddress.createUnresolved(LOOPBACK, socket.getLocalPort()));
        assertThat(connection.input().read()).isEqualTo(i);
        connection.output().write(i + 100);
        assertThat(socket.getInputStream().read()).isEqualTo(i + 100);
        socket.close();
        connection.close();
      }
    }
    daemon.awaitStat(Counter.TCP_SERVERS, 0);
  }

  @ParameterizedTest
  @EnumSource
  void beyondTheBacklogConnectionsAreClosed(Way way) throws Exception {
    ClientOptions two = ClientOptions.builder().backlog(2).build();
    IoClient client = daemon.client(way, two);
    TcpServer server = client.listen(LOOPBACK, 0);
    try (Socket first = dial(server.port());
        Socket second = dial(server.port());
        Socket third = dial(server.port())) {
      assertThat(third.getInputStream().read()).isEqualTo(-1);
      server.accept(LONG).closeNow();
      assertThat(first.getInputStream().read()).isEqualTo(-1);
      first.shutdownOutput();
      server.close();
      assertThat(second.getInputStream().read()).as("it was not taken").isEqualTo(-1);
    }
    client.close();
  }

  @ParameterizedTest
  @EnumSource
  void aPortInUseHasItsErrno(Way way) throws Exception {
    try (IoClient client = daemon.client(way);
        TcpServer server = client.listen(LOOPBACK, 0)) {
      assertThatThrownBy(() -> client.listen(LOOPBACK, server.port()))
          .isInstanceOfSatisfying(
              IoErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE));
    }
  }

  @ParameterizedTest
  @EnumSource
  void closingAServerEndsAccept(Way way) throws Exception {
    try (IoClient client = daemon.client(way)) {
      TcpServer server = client.listen(LOOPBACK, 0);
      CompletableFuture<IOException> thrown = new CompletableFuture<>();
      Thread accepting =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      server.accept().closeNow();
                    } catch (IOException e) {
                      thrown.complete(e);
                    }
                  });
      server.close();
      assertThat(thrown.get()).isInstanceOf(AsynchronousCloseException.class);
      accepting.join();
      CompletableFuture<IOException> interrupted = new CompletableFuture<>();
      TcpServer other = client.listen(LOOPBACK, 0);
      Thread.ofVirtual()
          .start(
              () -> {
                Thread.currentThread().interrupt();
                try {
                  other.accept().closeNow();
                } catch (IOException e) {
                  interrupted.complete(e);
                }
              });
      assertThat(interrupted.get()).isInstanceOf(InterruptedIOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void datagramsGoBothWays(Way way) throws Exception {
    try (IoClient client = daemon.client(way);
        UdpSocket udp = client.bind(LOOPBACK, 0);
        DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      peer.setSoTimeout(60_000);
      udp.send(LOOPBACK, peer.getLocalPort(), ByteBuffer.wrap(new byte[] {1, 2, 3}));
      DatagramPacket packet = new DatagramPacket(new byte[10], 10);
      peer.receive(packet);
      assertThat(packet.getLength()).isEqualTo(3);
      assertThat(packet.getPort()).isEqualTo(udp.port());
      peer.send(
          new DatagramPacket(
              new byte[] {4, 5}, 2, InetAddress.getLoopbackAddress(), udp.port()));
      Datagram datagram = udp.receive(LONG);
      assertThat(datagram.data()).isEqualTo(ByteBuffer.wrap(new byte[] {4, 5}));
      assertThat(datagram.sender())
          .isEqualTo(InetSocketAddress.createUnresolved(LOOPBACK, peer.getLocalPort()));
      assertThatThrownBy(() -> udp.receive(SHORT)).isInstanceOf(SocketTimeoutException.class);
    }
  }

  private static void sendUntilOneIsDropped(UdpSocket udp, int bytes) {
    TestWait.until(
        () -> {
          udp.send(LOOPBACK, udp.port(), ByteBuffer.allocate(bytes));
          return udp.dropped() > 0;
        });
  }

  @ParameterizedTest
  @EnumSource
  void datagramsThatAreNotReceivedAreDroppedAndCounted(Way way) throws Exception {
    ClientOptions small = ClientOptions.builder().receiveBytes(1400).build();
    try (IoClient client = daemon.client(way, small);
        UdpSocket udp = client.bind(LOOPBACK, 0)) {
      sendUntilOneIsDropped(udp, 400);
      assertThat(udp.receive(LONG).data().remaining()).isEqualTo(400);
      assertThat(udp.receive(LONG).data().remaining()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyEmptyDatagramsAreBoundedToo(Way way) throws Exception {
    ClientOptions small = ClientOptions.builder().receiveBytes(1000).build();
    try (IoClient client = daemon.client(way, small);
        UdpSocket udp = client.bind(LOOPBACK, 0)) {
      sendUntilOneIsDropped(udp, 0);
      assertThat(udp.receive(LONG).data().remaining()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDatagramThatCannotBeFailsAlone(Way way) throws Exception {
    try (IoClient client = daemon.client(way);
        UdpSocket udp = client.bind(LOOPBACK, 0)) {
      for (int size : new int[] {65_528, 5 << 20, 17 << 20}) {
        ByteBuffer data = ByteBuffer.allocate(size);
        assertThatThrownBy(() -> udp.send(LOOPBACK, udp.port(), data))
            .isInstanceOfSatisfying(
                IoErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EMSGSIZE));
        assertThat(data.remaining()).as("not consumed").isEqualTo(size);
      }
      udp.send(LOOPBACK, udp.port(), ByteBuffer.wrap(new byte[] {7}));
      assertThat(udp.receive(LONG).data()).isEqualTo(ByteBuffer.wrap(new byte[] {7}));
    }
  }

  @ParameterizedTest
  @EnumSource
  void groupsAreJoinedAndLeft(Way way) throws Exception {
    try (IoClient client = daemon.client(way);
        UdpSocket udp = client.bind("", 0)) {
      assertThatThrownBy(() -> udp.join("10.1.2.3"))
          .isInstanceOfSatisfying(
              IoErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
      assertThatThrownBy(() -> udp.leave("239.1.2.3"))
          .isInstanceOfSatisfying(
              IoErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRNOTAVAIL));
      udp.join("239.1.2.3");
      udp.leave("239.1.2.3");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClosedUdpSocketIsClosed(Way way) throws Exception {
    try (IoClient client = daemon.client(way)) {
      UdpSocket udp = client.bind(LOOPBACK, 0);
      udp.send(LOOPBACK, udp.port(), ByteBuffer.allocate(1));
      daemon.awaitStat(Counter.UDP_BYTES_RECEIVED, 1);
      udp.close();
      assertThatThrownBy(() -> udp.join("239.192.152.143"))
          .isInstanceOf(AsynchronousCloseException.class);
      assertThatThrownBy(udp::receive).isInstanceOf(AsynchronousCloseException.class);
      ByteBuffer kept = ByteBuffer.allocate(1);
      assertThatThrownBy(() -> udp.send(LOOPBACK, 9, kept))
          .isInstanceOf(AsynchronousCloseException.class);
      assertThat(kept.remaining()).as("what was not sent").isEqualTo(1);
      daemon.awaitStat(Counter.UDP_SOCKETS, 0);
    }
  }
}

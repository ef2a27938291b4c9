package com.jstorrent.iodaemon.client;

import static com.jstorrent.iodaemon.client.Async.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.client.ClientDaemon.Way;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class TcpConnectionTest {
  private static final String LOOPBACK = "127.0.0.1";

  private ClientDaemon daemon;
  private Peer peer;

  @BeforeEach
  void start() throws IOException {
    daemon = ClientDaemon.start();
    peer = Peer.open();
  }

  @AfterEach
  void stop() throws IOException {
    peer.close();
    daemon.close();
  }

  @ParameterizedTest
  @EnumSource
  void bytesGoBothWaysAtOnce(Way way) throws Exception {
    byte[] down = Peer.bytes(1, 5_000_000);
    byte[] up = Peer.bytes(2, 5_000_000);
    try (IoClient client = daemon.client(way);
        TcpConnection connection = client.connect(LOOPBACK, peer.port())) {
      Socket socket = peer.accept();
      Peer.write(socket, down);
      CompletableFuture<byte[]> sunk =
          async(() -> socket.getInputStream().readNBytes(up.length));
      CompletableFuture<byte[]> got = async(() -> connection.input().readNBytes(down.length));
      connection.output().write(up);
      assertThat(got.get()).isEqualTo(down);
      assertThat(sunk.get()).isEqualTo(up);
      socket.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytesGoBothWaysWithoutAnyCapability(Way way) throws Exception {
    byte[] data = Peer.bytes(3, 3_000_000);
    ClientOptions plain =
        ClientOptions.builder().capabilities(Set.of()).receiveBytes(10_000).build();
    try (IoClient client = daemon.client(way, plain);
        TcpConnection connection = client.connect(LOOPBACK, peer.port())) {
      assertThat(client.capabilities()).isEmpty();
      Socket socket = peer.accept();
      Peer.write(socket, data);
      assertThat(connection.input().readNBytes(data.length)).isEqualTo(data);
      CompletableFuture<byte[]> sunk =
          async(() -> socket.getInputStream().readNBytes(data.length));
      connection.output().write(data);
      assertThat(sunk.get()).isEqualTo(data);
      assertThatThrownBy(connection::shutdownOutput)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("halfclose");
      socket.close();
      assertThat(connection.input().read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theChannelReadsAndWrites(Way way) throws Exception {
    try (IoClient client = daemon.client(way);
        TcpConnection connection = client.connect(LOOPBACK, peer.port())) {
      Socket socket = peer.accept();
      ByteChannel channel = connection.channel();
      assertThat(channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}))).isEqualTo(3);
      assertThat(socket.getInputStream().readNBytes(3)).containsExactly(1, 2, 3);
      socket.getOutputStream().write(new byte[] {4, 5});
      ByteBuffer into = ByteBuffer.allocateDirect(10);
      while (into.position() < 2) {
        channel.read(into);
      }
      assertThat(into.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {4, 5}));
      async(() -> socket.getInputStream().read() + socket.getInputStream().read()); // awaits FIN
      socket.shutdownOutput();
      channel.close();
      assertThat(channel.isOpen()).isFalse();
      assertThatThrownBy(() -> channel.read(into.clear()))
          .isInstanceOf(ClosedChannelException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSlowReaderHoldsUpNoOther(Way way) throws Exception {
    byte[] data = Peer.bytes(4, 20_000_000);
    try (IoClient client = daemon.client(way);
        TcpConnection slow = client.connect(LOOPBACK, peer.port())) {
      Socket slowSocket = peer.accept();
      TcpConnection fast = client.connect(LOOPBACK, peer.port());
      Socket fastSocket = peer.accept();
      Thread slowWriter = Peer.write(slowSocket, data);
      Peer.write(fastSocket, data);
      assertThat(fast.input().readNBytes(data.length)).isEqualTo(data);
      assertThat(slow.input().available()).as("what is not read is bounded")
          .isLessThanOrEqualTo((1 << 20) + (16 << 10));
      assertThat(slowWriter.isAlive()).as("its peer is held up").isTrue();
      assertThat(slow.input().readNBytes(data.length)).isEqualTo(data);
      slowSocket.close();
      fastSocket.close();
      fast.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPeerThatTakesNothingHoldsUpNoOther(Way way) throws Exception {
    byte[] data = Peer.bytes(5, 20_000_000);
    try (IoClient client = daemon.client(way);
        TcpConnection slow = client.connect(LOOPBACK, peer.port())) {
      Socket slowSocket = peer.accept();
      TcpConnection fast = client.connect(LOOPBACK, peer.port());
      Socket fastSocket = peer.accept();
      CompletableFuture<Void> stuck =
          async(
              () -> {
                slow.output().write(data);
                return null;
              });
      CompletableFuture<byte[]> sunk =
          async(() -> fastSocket.getInputStream().readNBytes(data.length));
      fast.output().write(data);
      assertThat(sunk.get()).isEqualTo(data);
      assertThat(stuck).isNotDone();
      assertThat(slowSocket.getInputStream().readNBytes(data.length)).isEqualTo(data);
      stuck.get();
      slowSocket.close();
      fastSocket.close();
      fast.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachSideCanEndAlone(Way way) throws Exception {
    try (IoClient client = daemon.client(way);
        TcpConnection connection = client.connect(LOOPBACK, peer.port())) {
      Socket socket = peer.accept();
      connection.output().write(1);
      connection.shutdownOutput();
      connection.shutdownOutput();
      assertThatThrownBy(() -> connection.output().write(2))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("shut down");
      assertThat(socket.getInputStream().readAllBytes()).containsExactly(1);
      socket.getOutputStream().write(3);
      assertThat(connection.input().read()).isEqualTo(3);
      socket.close();
      assertThat(connection.input().read()).isEqualTo(-1);
    }
    try (IoClient client = daemon.client(way);
        TcpConnection connection = client.connect(LOOPBACK, peer.port())) {
      Socket socket = peer.accept();
      socket.getOutputStream().write(4);
      socket.shutdownOutput();
      assertThat(connection.input().readAllBytes()).containsExactly(4);
      connection.output().write(5);
      assertThat(socket.getInputStream().read()).isEqualTo(5);
      connection.shutdownOutput();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatHasEndedCannotBeShutDown(Way way) throws Exception {
    try (IoClient client = daemon.client(way)) {
      TcpConnection reset = client.connect(LOOPBACK, peer.port());
      Socket socket = peer.accept();
      socket.setSoLinger(true, 0);
      socket.close();
      assertThatThrownBy(() -> reset.input().read()).isInstanceOf(IoErrnoException.class);
      assertThatThrownBy(reset::shutdownOutput).isInstanceOf(IoErrnoException.class);
      TcpConnection closed = client.connect(LOOPBACK, peer.port());
      closed.closeNow();
      assertThatThrownBy(closed::shutdownOutput).isInstanceOf(ClosedChannelException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void closingTellsThatTheLastBytesHaveArrived(Way way) throws Exception {
    byte[] data = Peer.bytes(6, 2_000_000);
    ClientOptions patient =
        ClientOptions.builder().closeTimeout(Duration.ofMinutes(5)).build();
    try (IoClient client = daemon.client(way, patient)) {
      TcpConnection connection = client.connect(LOOPBACK, peer.port());
      Socket socket = peer.accept();
      CompletableFuture<byte[]> all =
          async(
              () -> {
                byte[] read = socket.getInputStream().readAllBytes();
                socket.close();
                return read;
              });
      connection.output().write(data);
      connection.close();
      assertThat(all.get()).isEqualTo(data);
      connection.close();
      assertThatThrownBy(() -> connection.output().write(1)).isInstanceOf(IOException.class);
      daemon.awaitStat(Counter.TCP_SOCKETS, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void closingTellsThatBytesWereLost(Way way) throws Exception {
    try (IoClient client = daemon.client(way)) {
      TcpConnection connection = client.connect(LOOPBACK, peer.port());
      Socket socket = peer.accept();
      connection.output().write(new byte[100_000]);
      TestWait.until(() -> socket.getInputStream().available() > 0);
      socket.setSoLinger(true, 0);
      socket.close(); // a reset, with bytes that were not read
      assertThatThrownBy(connection::close)
          .isInstanceOfSatisfying(
              IoErrnoException.class,
              e -> {
                assertThat(e.errno()).isEqualTo(Errno.ECONNRESET);
                assertThat(e.number()).isEqualTo(104);
                assertThat(e).hasMessageContaining("(ECONNRESET, 104)");
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResetIsReportedAfterWhatCameBefore(Way way) throws Exception {
    try (IoClient client = daemon.client(way)) {
      TcpConnection connection = client.connect(LOOPBACK, peer.port());
      Socket socket = peer.accept();
      socket.getOutputStream().write(new byte[] {1, 2, 3});
      TestWait.until(() -> connection.input().available() == 3);
      socket.setSoLinger(true, 0);
      socket.close();
      daemon.awaitStat(Counter.TCP_SOCKETS, 0);
      assertThat(connection.input().readNBytes(3)).containsExactly(1, 2, 3);
      assertThatThrownBy(() -> connection.input().read())
          .isInstanceOfSatisfying(
              IoErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECONNRESET));
      connection.closeNow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRefusedConnectHasItsErrno(Way way) throws Exception {
    int free;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = closed.getLocalPort();
    }
    try (IoClient client = daemon.client(way)) {
      assertThatThrownBy(() -> client.connect(LOOPBACK, free))
          .isInstanceOf(IoErrnoException.class)
          .hasMessage(
              "Connecting to 127.0.0.1:"
                  + free
                  + " failed: connection refused (ECONNREFUSED, 111).");
      assertThatThrownBy(() -> client.connect("no-such-name..invalid", 80))
          .isInstanceOfSatisfying(
              IoErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
      assertThatThrownBy(() -> client.connect(LOOPBACK, 65_536))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionBecomesTlsOnTheWay(Way way) throws Exception {
    byte[] data = Peer.bytes(9, 1_000_000);
    try (IoClient client = daemon.client(way);
        TcpConnection connection = client.connect(LOOPBACK, peer.port())) {
      Socket plain = peer.accept();
      connection.output().write('S');
      assertThat(plain.getInputStream().read()).isEqualTo('S');
      plain.getOutputStream().write("injected".getBytes());
      TestWait.until(() -> connection.input().available() == 8);
      SSLSocket secure = TestTls.serve(plain);
      CompletableFuture<byte[]> echoed =
          async(
              () -> {
                byte[] got = secure.getInputStream().readNBytes(data.length);
                secure.getOutputStream().write(got);
                secure.shutdownOutput();
                return got;
              });
      connection.startTls(TestTls.HOST);
      connection.output().write(data);
      assertThat(connection.input().readNBytes(data.length))
          .as("what was plain text does not pass for what was encrypted")
          .isEqualTo(data);
      assertThat(echoed.get()).isEqualTo(data);
      assertThat(connection.input().read()).isEqualTo(-1);
      async(
          () -> {
            secure.getInputStream().readAllBytes();
            secure.close();
            return null;
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void closingAConnectionEndsItsHandshake(Way way) throws Exception {
    try (IoClient client = daemon.client(way)) {
      TcpConnection connection = client.connect(LOOPBACK, peer.port());
      Socket silent = peer.accept();
      CompletableFuture<Void> securing =
          async(
              () -> {
                connection.startTls(TestTls.HOST);
                return null;
              });
      assertThat(silent.getInputStream().read()).as("the handshake has begun").isEqualTo(0x16);
      assertThatThrownBy(() -> connection.startTls(TestTls.HOST))
          .hasMessage("This connection is being encrypted already.");
      connection.closeNow();
      assertThatThrownBy(securing::get).hasCauseInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> connection.startTls(TestTls.HOST))
          .isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCertificateForAnotherHostIsRefused(Way way) throws Exception {
    try (IoClient client = daemon.client(way)) {
      TcpConnection connection = client.connect(LOOPBACK, peer.port());
      SSLSocket secure = TestTls.serve(peer.accept());
      async(() -> secure.getInputStream().read());
      assertThatThrownBy(() -> connection.startTls("other.example"))
          .isInstanceOfSatisfying(
              IoErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EKEYREJECTED));
      assertThatThrownBy(connection::close).isInstanceOf(IoErrnoException.class);
      TcpConnection second = client.connect(LOOPBACK, peer.port());
      SSLSocket other = TestTls.serve(peer.accept());
      async(() -> other.getInputStream().read());
      second.startTlsWithoutChecks("other.example");
      second.closeNow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotReadDoesNotKeepOthersWaitingAtTheEndOfTheClient(Way way) throws Exception {
    IoClient client = daemon.client(way);
    TcpConnection connection = client.connect(LOOPBACK, peer.port());
    Socket socket = peer.accept();
    connection.output().write("the last words".getBytes());
    client.close();
    client.close();
    assertThat(socket.getInputStream().readAllBytes()).isEqualTo("the last words".getBytes());
    assertThat(client.state()).isEqualTo(ClientState.CLOSED);
    assertThatThrownBy(() -> connection.output().write(1)).hasMessage("The client is closed.");
    assertThatThrownBy(() -> client.connect(LOOPBACK, peer.port()))
        .hasMessage("The client is closed.");
    daemon.awaitStat(Counter.TCP_SOCKETS, 0);
  }
}

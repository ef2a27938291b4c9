package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.CuttableProxy;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PROTOCOL.md § 9.3, from the client's side. */
@Timeout(300)
class ResumedClientTest {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration LONG = Duration.ofMinutes(2);

  private ClientDaemon daemon;
  private CuttableProxy proxy;
  private Peer peer;

  @BeforeEach
  void start() throws IOException {
    start(Limits.DEFAULT);
  }

  private void start(Limits limits) throws IOException {
    daemon = ClientDaemon.start(limits);
    proxy = new CuttableProxy(daemon.port());
    peer = Peer.open();
  }

  @AfterEach
  void stop() throws IOException {
    peer.close();
    proxy.close();
    daemon.close();
  }

  private IoClient client(ClientOptions options) throws IOException {
    return IoClient.connect(proxy.address(), ClientDaemon.TOKEN, options);
  }

  @Test
  void theStateTellsOfTheLossAndOfTheResumption() throws Exception {
    try (IoClient client = client(ClientOptions.DEFAULT);
        TcpConnection connection = client.connect(LOOPBACK, peer.port());
        UdpSocket udp = client.bind(LOOPBACK, 0)) {
      Socket socket = peer.accept();
      StateChange connected = client.stateChange();
      assertThat(connected.state()).isEqualTo(ClientState.CONNECTED);
      proxy.cut();
      StateChange lost = connected.next(LONG);
      assertThat(lost.state()).isEqualTo(ClientState.RESUMING);
      assertThat(lost.cause()).isNotNull();
      assertThat(lost.next(LONG).state()).isEqualTo(ClientState.CONNECTED);
      connection.output().write(1);
      assertThat(socket.getInputStream().read()).isEqualTo(1);
      socket.getOutputStream().write(2);
      assertThat(connection.input().read()).isEqualTo(2);
      udp.send(LOOPBACK, udp.port(), ByteBuffer.wrap(new byte[] {3}));
      assertThat(udp.receive(LONG).data()).isEqualTo(ByteBuffer.wrap(new byte[] {3}));
      socket.close();
    }
  }

  @Test
  void anEndWithoutACloseIsNotAnsweredWithOne() throws Exception {
    try (IoClient client = client(ClientOptions.DEFAULT);
        TcpConnection connection = client.connect(LOOPBACK, peer.port())) {
      Socket socket = peer.accept();
      StateChange connected = client.stateChange();
      proxy.endTowardsClients();
      assertThat(connected.next(LONG).next(LONG).state()).isEqualTo(ClientState.CONNECTED);
      connection.output().write(1);
      assertThat(socket.getInputStream().read()).isEqualTo(1);
      socket.close();
    }
  }

  @Test
  void writersBlockWhileTheReplayMemoryIsFull() throws Exception {
    ClientOptions small =
        ClientOptions.builder()
            .capabilities(Set.of(Capability.RESUME))
            .replayBytes(512 << 10)
            .build();
    byte[] data = Peer.bytes(1, 2_000_000);
    try (IoClient client = client(small);
        TcpConnection connection = client.connect(LOOPBACK, peer.port())) {
      Socket socket = peer.accept();
      proxy.refuse(true);
      connection.writeTimeout(Duration.ofMillis(100));
      ByteBuffer all = ByteBuffer.wrap(data);
      assertThatThrownBy(() -> connection.channel().write(all))
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(all.position()).isBetween(1, 512 << 10);
      connection.writeTimeout(Duration.ZERO);
      proxy.refuse(false);
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  connection.channel().write(all);
                } catch (IOException e) {
                  // The test fails by what is missing.
                }
              });
      assertThat(socket.getInputStream().readNBytes(data.length)).isEqualTo(data);
      socket.close();
    }
  }

  @Test
  void aDaemonThatIsGoneEndsEverySocketWithOneReason() throws Exception {
    ClientOptions impatient =
        ClientOptions.builder()
            .resumeTimeout(Duration.ofMillis(200))
            .backOff(new BackOff(Duration.ofMillis(10), Duration.ofMillis(20)))
            .build();
    IoClient client = client(impatient);
    TcpConnection connection = client.connect(LOOPBACK, peer.port());
    TcpServer server = client.listen(LOOPBACK, 0);
    UdpSocket udp = client.bind(LOOPBACK, 0);
    StateChange connected = client.stateChange();
    proxy.refuse(true);
    StateChange end = connected.next(LONG).next(LONG);
    assertThat(end.state()).isEqualTo(ClientState.CLOSED);
    String reason =
        "The connection to the daemon is lost, and its sockets with it: it could not be resumed in time.";
    assertThatThrownBy(() -> connection.input().read())
        .isInstanceOf(ConnectionLostException.class)
        .hasMessage(reason);
    assertThatThrownBy(() -> connection.output().write(1)).hasMessage(reason);
    assertThatThrownBy(connection::close).hasMessage(reason);
    assertThatThrownBy(server::accept).hasMessage(reason);
    assertThatThrownBy(udp::receive).hasMessage(reason);
    assertThatThrownBy(() -> client.connect(LOOPBACK, peer.port())).hasMessage(reason);
    assertThatThrownBy(() -> client.bind(LOOPBACK, 0)).hasMessage(reason);
    client.close();
  }

  @Test
  void aSessionThatTheDaemonNoLongerHasIsLost() throws Exception {
    stop();
    start(Limits.builder().resumeGrace(Duration.ofMillis(1)).build());
    ClientOptions patient = ClientOptions.builder().resumeTimeout(LONG).build();
    try (IoClient client = client(patient)) {
      TcpConnection connection = client.connect(LOOPBACK, peer.port());
      StateChange connected = client.stateChange();
      proxy.refuse(true);
      StateChange lost = connected.next(LONG);
      daemon.awaitStat(Counter.TCP_SOCKETS, 0);
      proxy.refuse(false);
      assertThat(lost.next(LONG).state()).isEqualTo(ClientState.CLOSED);
      assertThatThrownBy(() -> connection.input().read())
          .isInstanceOf(ConnectionLostException.class)
          .hasMessageContaining("the daemon no longer has the session");
    }
  }

  @Test
  void aDaemonThatShutsDownEndsTheClientAtOnce() throws Exception {
    try (IoClient client = client(ClientOptions.DEFAULT)) {
      TcpConnection connection = client.connect(LOOPBACK, peer.port());
      StateChange connected = client.stateChange();
      daemon.close();
      assertThatThrownBy(() -> connection.input().read())
          .isInstanceOf(ConnectionLostException.class)
          .hasMessageContaining("The daemon has closed the connection with 1001.");
      assertThat(connected.next(LONG).state()).isEqualTo(ClientState.CLOSED);
    }
  }

  @Test
  void withoutResumeALossIsFinal() throws Exception {
    ClientOptions plain =
        ClientOptions.builder().capabilities(Set.of(Capability.CREDIT)).build();
    try (IoClient client = client(plain)) {
      TcpConnection connection = client.connect(LOOPBACK, peer.port());
      proxy.cut();
      assertThatThrownBy(() -> connection.input().read())
          .isInstanceOf(ConnectionLostException.class);
      assertThat(proxy.connections()).isEqualTo(1);
    }
  }

  @Test
  void aClientThatIsClosedWhileItResumesStopsTrying() throws Exception {
    IoClient client = client(ClientOptions.builder().resumeTimeout(LONG).build());
    StateChange connected = client.stateChange();
    proxy.refuse(true);
    StateChange lost = connected.next(LONG);
    client.close();
    assertThat(lost.next(LONG).state()).isEqualTo(ClientState.CLOSED);
  }

  @Test
  void whatWasWrittenWhileTheConnectionWasLostIsSentBeforeTheClientEnds() throws Exception {
    stop();
    start(Limits.builder().resumeGrace(Duration.ofDays(1)).build());
    ClientOptions patient =
        ClientOptions.builder().resumeTimeout(LONG).closeTimeout(Duration.ZERO).build();
    IoClient client = client(patient);
    TcpConnection connection = client.connect(LOOPBACK, peer.port());
    Socket socket = peer.accept();
    client.listen(LOOPBACK, 0);
    StateChange connected = client.stateChange();
    proxy.refuse(true);
    assertThat(connected.next(LONG).state()).isEqualTo(ClientState.RESUMING);
    connection.output().write("the last words".getBytes());
    CompletableFuture<Void> closing = beginClosing(client);
    proxy.refuse(false);
    closing.get();
    assertThat(socket.getInputStream().readAllBytes()).isEqualTo("the last words".getBytes());
    daemon.awaitStat(Counter.TCP_SERVERS, 0);
  }

  @Test
  void aClientWithNothingToSendIsClosedInTheDaemonOverTheNextConnection() throws Exception {
    stop();
    start(Limits.builder().resumeGrace(Duration.ofDays(1)).build());
    ClientOptions patient =
        ClientOptions.builder().resumeTimeout(LONG).closeTimeout(Duration.ZERO).build();
    IoClient client = client(patient);
    client.listen(LOOPBACK, 0);
    StateChange connected = client.stateChange();
    proxy.cut();
    StateChange again = connected.next(LONG).next(LONG); // which acknowledges all that was sent
    assertThat(again.state()).isEqualTo(ClientState.CONNECTED);
    proxy.refuse(true);
    assertThat(again.next(LONG).state()).isEqualTo(ClientState.RESUMING);
    CompletableFuture<Void> closing = beginClosing(client);
    client.close(); // does nothing, and the other call goes on
    proxy.refuse(false);
    closing.get();
    daemon.awaitStat(Counter.TCP_SERVERS, 0);
  }

  @Test
  void closingDoesNotWaitForADaemonThatIsGone() throws Exception {
    IoClient client =
        client(ClientOptions.builder().resumeTimeout(LONG).closeTimeout(Duration.ZERO).build());
    client.listen(LOOPBACK, 0);
    StateChange connected = client.stateChange();
    proxy.close(); // nobody listens any more
    StateChange lost = connected.next(LONG);
    client.close();
    assertThat(lost.next(LONG).state()).isEqualTo(ClientState.CLOSED);
  }

  /** A reading thread that waits for the application sees no loss. */
  @Test
  void aSocketThatIsNotReadDoesNotKeepAClientFromClosing() throws Exception {
    ClientOptions withoutCredit =
        ClientOptions.builder()
            .capabilities(Set.of(Capability.RESUME))
            .resumeTimeout(LONG)
            .closeTimeout(Duration.ZERO)
            .receiveBytes(64 << 10)
            .build();
    IoClient client = client(withoutCredit);
    TcpConnection connection = client.connect(LOOPBACK, peer.port());
    Socket socket = peer.accept();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                socket.getOutputStream().write(new byte[16 << 20]);
              } catch (IOException e) {
                // The client has ended.
              }
            });
    TestWait.until(() -> connection.input().available() >= 64 << 10);
    proxy.cut();
    connection.output().write(1);
    client.close();
    daemon.awaitStat(Counter.TCP_SOCKETS, 0);
  }

  /** Closes it on another thread, and returns when that has begun. */
  private CompletableFuture<Void> beginClosing(IoClient client) {
    CompletableFuture<Void> closing =
        Async.async(
            () -> {
              client.close();
              return null;
            });
    TestWait.until(() -> refuses(client));
    return closing;
  }

  /** Whether it has begun to close. */
  private boolean refuses(IoClient client) {
    try {
      client.connect(LOOPBACK, peer.port(), Duration.ofMillis(1)).closeNow();
      return false;
    } catch (IOException e) {
      return "The client is closed.".equals(e.getMessage());
    }
  }

  @Test
  void aWrongTokenIsSaid() {
    assertThatThrownBy(() -> IoClient.connect(daemon.address(), "wrong"))
        .isInstanceOf(AuthenticationException.class);
    assertThatThrownBy(() -> IoClient.connect(daemon.address(), "wröng"))
        .isInstanceOf(AuthenticationException.class);
  }
}

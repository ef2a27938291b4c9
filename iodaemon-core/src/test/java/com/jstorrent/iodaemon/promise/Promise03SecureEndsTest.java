package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import com.jstorrent.iodaemon.testkit.TlsWire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 4.2 and § 4.3: encrypted sockets end like plain ones, however records are split. */
class Promise03SecureEndsTest {
  private final Peer peer;
  private TestDaemon daemon;
  private TestClient client;
  private Socket socket;

  Promise03SecureEndsTest() throws IOException {
    peer = Peer.open();
  }

  private TlsWire secure(Limits limits, String version, Set<Capability> capabilities)
      throws Exception {
    daemon = TestDaemon.start(limits, TestTls.trusting());
    client = daemon.client(capabilities);
    client.connect(1, peer.port());
    socket = peer.accept();
    CompletableFuture<TlsWire> wire = accept(socket, version);
    client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 0));
    return wire.get();
  }

  private static CompletableFuture<TlsWire> accept(Socket socket, String version) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return TlsWire.accept(socket, version);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    daemon.close();
    peer.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void closeNotifyTogetherWithDataEndsTheSocketWithoutAFin(String version) throws Exception {
    TlsWire wire = secure(Limits.DEFAULT, version, Set.of());
    wire.write(wire.wrap("bye".getBytes()), wire.closeNotify());
    assertThat(client.receive(1, 3)).isEqualTo("bye".getBytes());
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
  }

  @Test
  void withHalfCloseCloseNotifyIsAShutdown() throws Exception {
    TlsWire wire = secure(Limits.DEFAULT, "TLSv1.3", Set.of(Capability.HALFCLOSE));
    wire.write(wire.wrap("bye".getBytes()), wire.closeNotify());
    assertThat(client.receive(1, 3)).isEqualTo("bye".getBytes());
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpShutdown(0, 1));
  }

  /** The daemon stops reading at each KeyUpdate, to answer it. Repeated, because the end must come with the rest. */
  @RepeatedTest(10)
  void bytesBehindKeyUpdatesAreDeliveredAlthoughTheEndHasCome() throws Exception {
    TlsWire wire = secure(Limits.DEFAULT, "TLSv1.3", Set.of());
    wire.write(wire.keyUpdate(), wire.keyUpdate(), wire.keyUpdate(), wire.wrap("bye".getBytes()));
    socket.shutdownOutput();
    assertThat(client.receive(1, 3)).isEqualTo("bye".getBytes());
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 71));
  }

  /** PROTOCOL.md § 4.6. */
  @Test
  void theMemoryOfTheEncryptionIsCountedAndWithoutAnyTheHandshakeIsRefused() throws Exception {
    secure(Limits.DEFAULT, "TLSv1.3", Set.of());
    long encrypted = daemon.stats().get(Counter.MEMORY_CONNECTIONS);
    MemoryBudget budget = daemon.services().memory().budget();
    MemoryAccount others = budget.open(Share.COMMON);
    client.connect(2, peer.port());
    peer.accept();
    assertThat(daemon.stats().get(Counter.MEMORY_CONNECTIONS))
        .isEqualTo(encrypted + Limits.SOCKET_BYTES);
    others.take(MemoryUse.PEER_QUEUES, budget.limit());
    client.send(new ClientFrame.TcpSecure(7, 2, false, TestTls.HOST));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(7, 2, 105));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 2, 105));
    others.release(MemoryUse.PEER_QUEUES, budget.limit());
    client.send(new ClientFrame.TcpClose(0, 1));
    assertThat(client.expect(DaemonFrame.TcpClosed.class).socketId()).isOne();
    TestDaemon.await(
        "the memory back",
        () -> daemon.stats().get(Counter.MEMORY_CONNECTIONS)
            == encrypted - Limits.TLS_BYTES - Limits.SOCKET_BYTES);
  }

  @Test
  void bytesBeforeABadRecordAreDelivered() throws Exception {
    TlsWire wire = secure(Limits.DEFAULT, "TLSv1.3", Set.of());
    byte[] good = Peer.bytes(1, 50_000);
    byte[] bad = new byte[35];
    bad[0] = 0x17;
    bad[1] = 3;
    bad[2] = 3;
    bad[4] = 30;
    wire.write(wire.wrap(good), bad);
    assertThat(client.receive(1, good.length)).isEqualTo(good);
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 71));
  }

  /** The JDK's engine would accept records of 33 KB, and wait for more of one than the daemon reads at once. */
  @ParameterizedTest
  @ValueSource(strings = {"4801", "7fff", "ffff"})
  void aRecordThatIsTooLongEndsTheSocketWhenItsHeaderHasCome(String length) throws Exception {
    TlsWire wire = secure(Limits.DEFAULT, "TLSv1.3", Set.of());
    wire.write(HexFormat.of().parseHex("170303" + length), new byte[18 << 10]);
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 71));
  }

  @Test
  void aRecordThatIsTooLongEndsTheHandshake() throws Exception {
    daemon = TestDaemon.start(Limits.DEFAULT, TestTls.trusting());
    client = daemon.client();
    client.connect(1, peer.port());
    Socket socket = peer.accept();
    client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
    assertThat(socket.getInputStream().read()).isEqualTo(0x16); // the handshake has begun
    socket.getOutputStream().write(HexFormat.of().parseHex("1603037fff"));
    socket.getOutputStream().write(new byte[18 << 10]);
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 71));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 71));
  }

  @Test
  void aSocketWithoutCreditDoesNotAffectOthers() throws Exception {
    Limits limits = Limits.builder().creditBytes(100_000).build();
    TlsWire wire = secure(limits, "TLSv1.3", Set.of(Capability.CREDIT));
    byte[] data = Peer.bytes(2, 2_000_000);
    byte[] records = wire.wrap(data);
    Thread writing =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    wire.write(records);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    client.receiveSome(1, 100_000);
    client.connect(2, peer.port());
    client.send(new ClientFrame.TcpCredit(0, 1, 10_000_000));
    client.receiveSome(1, data.length - 100_000 - (19 << 10));
    writing.join();
  }

  @Test
  void aRefusedCertificateIsReportedToThePeer() throws Exception {
    daemon = TestDaemon.start();
    client = daemon.client();
    client.connect(1, peer.port());
    CompletableFuture<TlsWire> wire = accept(peer.accept(), "TLSv1.3");
    client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 129));
    assertThatThrownBy(wire::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("certificate_unknown");
  }

  @Test
  void thereIsNoHandshakeWithAPeerThatHasEndedItsSide() throws Exception {
    daemon = TestDaemon.start(Limits.DEFAULT, TestTls.trusting());
    client = daemon.client(Set.of(Capability.HALFCLOSE));
    client.connect(1, peer.port());
    peer.accept().shutdownOutput();
    client.expect(DaemonFrame.TcpShutdown.class);
    client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 104));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 104));
  }
}

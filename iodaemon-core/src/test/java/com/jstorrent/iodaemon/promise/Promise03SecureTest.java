package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 4.3: TCP_SECURE at any time; from then on both directions are encrypted. */
class Promise03SecureTest {
  private static final byte[] PLAIN = "STARTTLS\n".getBytes(StandardCharsets.UTF_8);
  private static final int BULK = 5_000_000;

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void bytesAreRelayedInBothDirectionsWithBothVersions(String version) throws Exception {
    try (TestDaemon daemon = start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      CompletableFuture<SSLSocket> securing = secured(peer.accept(), version);
      secure(client, TestTls.HOST, 0);
      SSLSocket socket = securing.get();
      assertThat(socket.getSession().getProtocol()).isEqualTo(version);
      byte[] down = Peer.bytes(1, BULK);
      byte[] up = Peer.bytes(2, BULK);
      Thread writing = Peer.write(socket, down);
      CompletableFuture<byte[]> reading = reading(socket, BULK);
      for (int sent = 0; sent < BULK; sent += 50_000) {
        client.send(new ClientFrame.TcpSend(0, 1, ByteBuffer.wrap(up, sent, 50_000)));
      }
      assertThat(Arrays.equals(client.receive(1, BULK), down)).as("down").isTrue();
      assertThat(Arrays.equals(reading.get(), up)).as("up").isTrue();
      writing.join();
    }
  }

  @Test
  void dataBeforeTheRequestIsSentAsPlainTextAndDataAfterItEncrypted() throws Exception {
    try (TestDaemon daemon = start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(1, 1, peer.port(), "localhost"));
      client.sendData(1, PLAIN);
      client.send(new ClientFrame.TcpSecure(6, 1, false, ""));
      client.sendData(1, new byte[] {1, 2, 3});
      Socket socket = peer.accept();
      assertThat(socket.getInputStream().readNBytes(PLAIN.length)).isEqualTo(PLAIN);
      SSLSocket encrypted = secured(socket, "TLSv1.3").get();
      assertThat(encrypted.getInputStream().readNBytes(3)).containsExactly(1, 2, 3);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(1, 1, 0));
      assertThat(client.next())
          .as("an empty host stands for that of TCP_CONNECT")
          .isEqualTo(new DaemonFrame.TcpSecured(6, 1, 0));
    }
  }

  @Test
  void unreadPlainTextIsDiscarded() throws Exception {
    Limits limits = Limits.builder().creditBytes(4).build();
    try (TestDaemon daemon = start(limits);
        Peer peer = Peer.open();
        TestClient client = daemon.client(Set.of(Capability.CREDIT))) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      socket.getOutputStream().write("220 Ignored: an attacker put this here".getBytes());
      assertThat(client.receive(1, 4)).isEqualTo("220 ".getBytes());
      CompletableFuture<SSLSocket> securing = secured(socket, "TLSv1.3");
      secure(client, TestTls.HOST, 0); // without credit: the rest of the line is still unread
      client.send(new ClientFrame.TcpCredit(0, 1, 1 << 20));
      securing.get().getOutputStream().write(7);
      assertThat(client.receive(1, 1)).containsExactly(7);
    }
  }

  @ParameterizedTest
  @CsvSource({"localhost, false, localhost, 0", "127.0.0.1, false, , 0",
      "other.example, false, other.example, 129",
      "other.example, true, other.example, 0", "127.0.0.2, false, , 129", "'', true, 127.0.0.1, 0"})
  void theHostIsSentAsSniAndChecked(String host, boolean skip, String asked, int errno)
      throws Exception {
    try (TestDaemon daemon = start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      CompletableFuture<SSLSocket> securing = secured(peer.accept(), "TLSv1.3");
      client.send(new ClientFrame.TcpSecure(6, 1, skip, host));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, errno));
      if (errno != 0) {
        assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, errno));
      } else if (asked != null && !asked.startsWith("127")) {
        assertThat(
            ((ExtendedSSLSession) securing.get().getSession())
                .getRequestedServerNames())
            .extracting(SNIServerName::getEncoded)
            .containsExactly(asked.getBytes(StandardCharsets.US_ASCII));
      }
    }
  }

  @Test
  void anUntrustedCertificateIsRefusedUnlessChecksAreSkipped() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      secured(peer.accept(), "TLSv1.3");
      client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 129));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 129));
      client.connect(2, peer.port());
      secured(peer.accept(), "TLSv1.3");
      client.send(new ClientFrame.TcpSecure(7, 2, true, TestTls.HOST));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(7, 2, 0));
    }
  }

  @Test
  void failuresHaveTheirErrnoAndEndTheSocketOnce() throws Exception {
    ManualClock clock = new ManualClock();
    try (TestDaemon daemon =
        TestDaemon.start(IoDaemon.builder().clock(clock).trust(TestTls.trusting()));
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpSecure(5, 9, false, TestTls.HOST));
      assertThat(client.next()).as("unknown").isEqualTo(new DaemonFrame.TcpSecured(5, 9, 9));
      Socket silent = connected(client, 1, peer);
      client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
      client.send(new ClientFrame.TcpSecure(7, 1, false, TestTls.HOST));
      assertThat(client.next()).as("twice").isEqualTo(new DaemonFrame.TcpSecured(7, 1, 114));
      assertThat(silent.getInputStream().read()).as("a ClientHello").isNotNegative();
      assertTimesOut(client, clock, 6, 1);
      Socket deaf = connected(client, 2, peer);
      client.sendData(2, PLAIN);
      deaf.getInputStream().readNBytes(PLAIN.length);
      deaf.getOutputStream().write("I do not speak TLS at all.\n".repeat(9).getBytes());
      client.receive(2, 27 * 9);
      client.send(new ClientFrame.TcpSecure(8, 2, false, TestTls.HOST));
      assertThat(deaf.getInputStream().read()).as("a ClientHello").isNotNegative();
      assertTimesOut(client, clock, 8, 2);
      Socket gone = connected(client, 4, peer);
      client.send(new ClientFrame.TcpSecure(9, 4, false, TestTls.HOST));
      gone.getInputStream().read();
      gone.getOutputStream().write("no TLS".repeat(10).getBytes());
      assertFails(client, 9, 4, 71);
      daemon.awaitStat(Counter.TLS_SOCKETS, 0);
      daemon.awaitStat(Counter.TCP_SOCKETS, 0);
    }
  }

  /** A connection whose first event waits for the client's next frame for it. */
  private static Socket connected(TestClient client, int id, Peer peer) throws Exception {
    client.connect(id, peer.port());
    client.send(new ClientFrame.TcpListen(99, 99, 0, "256.256.256.256"));
    client.expect(DaemonFrame.TcpListenResult.class);
    return peer.accept();
  }

  /** A call that sends to the client at the moment of the advance seems to have waited for it, and that time does not count. */
  private static void assertTimesOut(TestClient client, ManualClock clock, int request, int id)
      throws Exception {
    DaemonFrame answer;
    do {
      clock.advance(Limits.DEFAULT.secureTimeout());
      answer = client.poll(Duration.ofMillis(100));
    } while (answer == null);
    assertThat(answer).isEqualTo(new DaemonFrame.TcpSecured(request, id, 110));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, id, 110));
  }

  private static void assertFails(TestClient client, int request, int id, int errno)
      throws Exception {
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(request, id, errno));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, id, errno));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void theClientsCloseSendsCloseNotifyAfterTheData(String version) throws Exception {
    try (TestDaemon daemon = start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      CompletableFuture<SSLSocket> securing = secured(peer.accept(), version);
      client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
      byte[] data = Peer.bytes(4, 3_000_000);
      client.sendData(1, data);
      client.send(new ClientFrame.TcpClose(0, 1)); // while the handshake goes on
      // Without close_notify this would throw.
      assertThat(securing.get().getInputStream().readAllBytes()).isEqualTo(data);
      securing.get().close();
      daemon.awaitStat(Counter.PENDING_TCP, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void closeNotifyOfThePeerIsAnOrderlyEndAndItsAbsenceIsNot(String version) throws Exception {
    try (TestDaemon daemon = start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      CompletableFuture<SSLSocket> polite = secured(peer.accept(), version);
      secure(client, TestTls.HOST, 0);
      polite.get().getOutputStream().write(new byte[100_000]);
      polite.get().close();
      client.receive(1, 100_000);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));

      client.connect(1, peer.port());
      Socket raw = peer.accept();
      CompletableFuture<SSLSocket> rude = secured(raw, version);
      secure(client, TestTls.HOST, 0);
      rude.get().getOutputStream().write(new byte[100_000]);
      raw.shutdownOutput(); // truncation, as by an attacker
      client.receive(1, 100_000);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 71));
    }
  }

  @Test
  void halfCloseWorksWithTls13() throws Exception {
    try (TestDaemon daemon = start();
        Peer peer = Peer.open();
        TestClient client = daemon.client(Set.of(Capability.HALFCLOSE))) {
      client.connect(1, peer.port());
      CompletableFuture<SSLSocket> securing = secured(peer.accept(), "TLSv1.3");
      secure(client, TestTls.HOST, 0);
      SSLSocket socket = securing.get();
      socket.shutdownOutput();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpShutdown(0, 1));
      byte[] data = Peer.bytes(9, 2_000_000);
      client.sendData(1, data);
      client.send(new ClientFrame.TcpShutdown(0, 1));
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(data);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
    }
  }

  @Test
  void creditHoldsButForTheRecordThatIsUnderWay() throws Exception {
    Limits limits = Limits.builder().creditBytes(50_000).build();
    try (TestDaemon daemon = start(limits);
        Peer peer = Peer.open();
        TestClient client = daemon.client(Set.of(Capability.CREDIT))) {
      client.connect(1, peer.port());
      CompletableFuture<SSLSocket> securing = secured(peer.accept(), "TLSv1.3");
      secure(client, TestTls.HOST, 0);
      byte[] data = Peer.bytes(3, 1_000_000);
      Peer.write(securing.get(), data);
      daemon.awaitStat(Counter.CREDIT_PAUSES, 1);
      assertThat(daemon.stats().get(Counter.BYTES_RECEIVED)).isBetween(50_000L, 50_000L + 16_384);
      client.send(new ClientFrame.TcpCredit(0, 1, 1_000_000));
      assertThat(client.receive(1, data.length)).isEqualTo(data);
    }
  }

  @Test
  void aSlowPeerHasTheSameLimitsAsInPlainText() throws Exception {
    Limits limits = Limits.builder().sendStall(Duration.ofMillis(300)).build();
    try (TestDaemon daemon = start(limits);
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      CompletableFuture<SSLSocket> securing = secured(peer.accept(), "TLSv1.3");
      secure(client, TestTls.HOST, 0);
      securing.get();
      byte[] frame = new byte[1 << 20];
      for (int i = 0; i < 40; i++) { // the last ones after the socket has failed
        client.sendData(1, frame);
        assertThat(daemon.stats().get(Counter.QUEUED_BYTES)).isLessThanOrEqualTo(16 << 20);
      }
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 105));
    }
  }

  private static TestDaemon start() throws IOException {
    return start(Limits.builder().linger(Duration.ofHours(1)).build());
  }

  private static TestDaemon start(Limits limits) throws IOException {
    return TestDaemon.start(limits, TestTls.trusting());
  }

  private static void secure(TestClient client, String host, int errno) throws Exception {
    client.send(new ClientFrame.TcpSecure(6, 1, false, host));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, errno));
  }

  private static CompletableFuture<SSLSocket> secured(Socket accepted, String version)
      throws IOException {
    SSLSocket socket = TestTls.serve(accepted);
    socket.setEnabledProtocols(new String[] {version});
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            socket.startHandshake();
          } catch (IOException e) {
            // The client may refuse; uses of the socket then fail.
          }
          return socket;
        },
        task -> Thread.ofVirtual().start(task));
  }

  private static CompletableFuture<byte[]> reading(Socket socket, int count) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return socket.getInputStream().readNBytes(count);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }
}

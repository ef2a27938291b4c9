package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.ClientHello;
import com.jstorrent.iodaemon.testkit.OpensslServer;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import java.io.DataInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 4.3: TLS with servers whose names are valid in the DNS but refused by the JDK. */
class Promise03SecureNamesTest {
  @TempDir
  Path folder;

  @ParameterizedTest
  @CsvSource({
      "a_b.example, a_b.example", "a_b.example., a_b.example", "-foo.example, -foo.example",
      "foo-.example, foo-.example", "_.example, _.example", "bü.example, xn--b-eha.example",
      "a..b,", "a b,", "'[::1]',", "::1%lo,", "127.0.0.1,", "..,", "'',"
  })
  void sniHasTheHostWhereItIsAValidName(String host, String asked) throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      for (boolean skipChecks : new boolean[] {true, false}) {
        int id = skipChecks ? 1 : 2;
        client.connect(id, peer.port());
        DataInputStream hello = new DataInputStream(peer.accept().getInputStream());
        client.send(new ClientFrame.TcpSecure(6, id, skipChecks, host));
        assertThat(ClientHello.readServerName(hello)).isEqualTo(asked);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "a_b.example", "a_b.example.", "-foo.example", "foo-.example", "_", "a..b", "a b", "..",
          "[::1]", "::1%lo", "fe80::1%nowhere", "[::1", "ü_b.example", "127.0.0.1"
      })
  void anyHostIsAcceptedWithoutChecks(String host) throws Exception {
    Path pem = OpensslServer.exportKey(folder);
    try (OpensslServer server = OpensslServer.start(pem);
        TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.connect(1, server.port());
      client.send(new ClientFrame.TcpSecure(6, 1, true, host));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 0));
      assertEchoes(client, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void withChecksTheCertificateDecides(String version) throws Exception {
    Path pem = OpensslServer.exportKey(folder);
    try (OpensslServer server = OpensslServer.start(pem, version);
        TestDaemon daemon = TestDaemon.start(Limits.DEFAULT, TestTls.trusting());
        TestClient client = daemon.client()) {
      int id = 0;
      for (String host : new String[] {
          "a_b.example", "A_B.Example.", "c_d.wild.example", "-foo.wild.example", "[::1]",
          "::1%lo", "127.0.0.1", "localhost."}) {
        secure(client, ++id, server, host, 0);
        assertEchoes(client, id);
      }
      for (String host : new String[] {
          "c_d.example", "-foo.example", "e.c_d.wild.example", "a_b", "a..b", "a b", "..",
          "fe80::1", "[::1", "127.0.0.2", "ü_b.example", "a_".repeat(2000)}) {
        secure(client, ++id, server, host, 129);
        assertThat(client.next()).as(host).isEqualTo(new DaemonFrame.TcpClosed(0, id, 129));
      }
    }
  }

  @Test
  void anUntrustedCertificateIsRefusedForEveryName() throws Exception {
    Path pem = OpensslServer.exportKey(folder);
    try (OpensslServer server = OpensslServer.start(pem);
        TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      secure(client, 1, server, "a_b.example", 129);
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 129));
    }
  }

  private static void secure(
      TestClient client, int id, OpensslServer server, String host, int errno) throws Exception {
    client.connect(id, server.port());
    client.send(new ClientFrame.TcpSecure(6, id, false, host));
    assertThat(client.next()).as(host).isEqualTo(new DaemonFrame.TcpSecured(6, id, errno));
  }

  /** The server handles one connection at a time. */
  private static void assertEchoes(TestClient client, int id) throws Exception {
    client.sendData(id, "hello\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(client.receive(id, 6)).isEqualTo("olleh\n".getBytes(StandardCharsets.US_ASCII));
    client.sendData(id, "CLOSE\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, id, 0));
  }
}

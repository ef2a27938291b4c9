package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.OpensslServer;
import com.jstorrent.iodaemon.testkit.Program;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 4.3 and § 4.10 with peers not written in Java; skipped where they are missing. */
class ForeignPeersTest {
  @TempDir
  Path folder;

  @ParameterizedTest
  @CsvSource({"-tls1_3, 0", "-tls1_2, 0", "-tls1_3, 5"})
  void anOpensslServerIsReached(String version, int tickets) throws Exception {
    Path pem = OpensslServer.exportKey(folder);
    try (
        OpensslServer server =
            OpensslServer.start(pem, version, "-num_tickets", String.valueOf(tickets));
        TestDaemon daemon = TestDaemon.start(Limits.DEFAULT, TestTls.trusting());
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(1, 1, server.port(), "localhost"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(1, 1, 0));
      client.send(new ClientFrame.TcpSecure(6, 1, false, "localhost"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 0));
      for (String line : new String[] {"hello", "a".repeat(5000), "x"}) {
        client.sendData(1, (line + "\n").getBytes(StandardCharsets.US_ASCII));
        String back = new String(client.receive(1, line.length() + 1), StandardCharsets.US_ASCII);
        assertThat(back).isEqualTo(new StringBuilder(line).reverse() + "\n");
      }
      client.sendData(1, "CLOSE\n".getBytes(StandardCharsets.US_ASCII)); // a command of -rev
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
    }
  }

  /** A TLS 1.2 server sends a warning when SNI has a name that it does not know (RFC 6066 § 3). */
  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void anOpensslServerOfAnotherNameIsReached(String version) throws Exception {
    Path pem = OpensslServer.exportKey(folder);
    String key = pem.toString();
    try (
        OpensslServer server =
            OpensslServer.start(
                pem, version, "-servername", "other.example", "-cert2", key, "-key2", key);
        TestDaemon daemon = TestDaemon.start(Limits.DEFAULT, TestTls.trusting());
        TestClient client = daemon.client()) {
      client.connect(1, server.port());
      client.send(new ClientFrame.TcpSecure(6, 1, false, "localhost"));
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 0));
      client.sendData(1, "hello\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(client.receive(1, 6)).isEqualTo("olleh\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void anOpensslClientReachesAnOpensslServerThroughTheDaemon() throws Exception {
    Path pem = OpensslServer.exportKey(folder);
    try (OpensslServer server = OpensslServer.start(pem, "-tls1_3");
        TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpListen(3, 1, 0, "127.0.0.1"));
      int port = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
      client.connect(5, server.port());
      try (Program caller =
          Program.start(
              "openssl", "s_client", "-quiet", "-verify_quiet", "-verify_return_error",
              "-CAfile", pem.toString(), "-verify_hostname", "localhost",
              "-servername", "localhost", "-connect", "127.0.0.1:" + port)) {
        int accepted = client.expect(DaemonFrame.TcpAccept.class).socketId();
        caller.write("through the daemon\n");
        ByteArrayOutputStream relayed = new ByteArrayOutputStream();
        Thread relay = Thread.ofVirtual().start(() -> relay(client, accepted, 5, relayed));
        assertThat(caller.readLine()).isEqualTo("nomead eht hguorht");
        assertThat(relayed.toString(StandardCharsets.ISO_8859_1)).doesNotContain("daemon");
        client.vanish();
        relay.join();
      }
    }
  }

  /** A client that only forwards bytes. */
  private static void relay(TestClient client, int one, int other, ByteArrayOutputStream seen) {
    try {
      while (true) {
        DaemonFrame.TcpRecv frame = client.expect(DaemonFrame.TcpRecv.class);
        byte[] bytes = new byte[frame.data().remaining()];
        frame.data().get(bytes);
        seen.writeBytes(bytes);
        client.sendData(frame.socketId() == one ? other : one, bytes);
      }
    } catch (Exception e) {
      // The test is over.
    }
  }

  @Test
  void aTimeServerAnswersOverUdp() throws Exception {
    Program.assumeThere("python3", "--version");
    try (Program server =
        Program.start("python3", Path.of("src/test/resources/time-server.py").toString());
        TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      int port = Integer.parseInt(server.readLine());
      client.send(new ClientFrame.UdpBind(1, 1, 0, "127.0.0.1"));
      assertThat(client.expect(DaemonFrame.UdpBound.class).errno()).isZero();
      ByteBuffer request = ByteBuffer.allocate(48).order(ByteOrder.BIG_ENDIAN);
      request.put(0, (byte) 0x23).putLong(40, 0x0123456789ABCDEFL); // RFC 5905: version 4, client
      client.send(new ClientFrame.UdpSend(0, 1, port, "localhost", request));
      DaemonFrame.UdpRecv answer = client.expect(DaemonFrame.UdpRecv.class);
      ByteBuffer packet = answer.data().slice().order(ByteOrder.BIG_ENDIAN);
      assertThat(answer.port()).isEqualTo(port);
      assertThat(packet.remaining()).isEqualTo(48);
      assertThat(packet.get(0)).as("version 4, server").isEqualTo((byte) 0x24);
      assertThat(packet.getLong(24)).as("origin").isEqualTo(0x0123456789ABCDEFL);
      long seconds = packet.getInt(40) & 0xFFFFFFFFL;
      assertThat(seconds - 2_208_988_800L)
          .as("transmitted now")
          .isCloseTo(
              System.currentTimeMillis() / 1000, Offset.offset(300L));
    }
  }
}

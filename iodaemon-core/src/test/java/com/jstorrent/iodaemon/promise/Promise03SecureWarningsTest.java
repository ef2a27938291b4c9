package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import com.jstorrent.iodaemon.testkit.TlsWire;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 4.3: a handshake continues after a warning, which RFC 5246 § 7.2.2 permits. */
class Promise03SecureWarningsTest {
  private static final byte[] GREETING = "220 ready\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Type alert, version, two bytes, warning, unrecognized_name. */
  private static final String UNRECOGNIZED_NAME = "15030300020170";

  private final Peer peer;
  private TestDaemon daemon;
  private TestClient client;
  private Socket socket;

  Promise03SecureWarningsTest() throws IOException {
    peer = Peer.open();
  }

  @BeforeEach
  void connect() throws Exception {
    daemon = TestDaemon.start(Limits.DEFAULT, TestTls.trusting());
    client = daemon.client();
    client.connect(1, peer.port());
    socket = peer.accept();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    daemon.close();
    peer.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          UNRECOGNIZED_NAME, "15030100020170", // some servers send TLS 1.0 in their first record
          UNRECOGNIZED_NAME + UNRECOGNIZED_NAME + UNRECOGNIZED_NAME + UNRECOGNIZED_NAME,
          "1503030002016f", "15030300020164" // certificate_unobtainable, no_renegotiation
      })
  void theHandshakeContinuesAfterAWarning(String warnings) throws Exception {
    serve(HexFormat.of().parseHex(warnings));
    assertServed();
  }

  @Test
  void aWarningMayComeByteByByte() throws Exception {
    client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
    int first = socket.getInputStream().read();
    for (byte each : HexFormat.of().parseHex(UNRECOGNIZED_NAME)) {
      socket.getOutputStream().write(each);
    }
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                TestTls.serve(socket, new ByteArrayInputStream(new byte[] {(byte) first}))
                    .getOutputStream()
                    .write(GREETING);
              } catch (IOException e) {
                // The client hears of it.
              }
            });
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 0));
    assertThat(client.receive(1, GREETING.length)).isEqualTo(GREETING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "15030300020270", // unrecognized_name as a fatal alert
          "15030300020228", // handshake_failure
          "15030300020100", // close_notify
          "1503030003017000", // no alert has three bytes
          UNRECOGNIZED_NAME + UNRECOGNIZED_NAME + UNRECOGNIZED_NAME + UNRECOGNIZED_NAME
              + UNRECOGNIZED_NAME
      })
  void recordsOtherThanWarningsEndTheHandshake(String records) throws Exception {
    serve(HexFormat.of().parseHex(records));
    client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 71));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 71));
  }

  @Test
  void bytesThatLookLikeAWarningAreDataAfterTheHandshake() throws Exception {
    byte[] data = HexFormat.of().parseHex(UNRECOGNIZED_NAME);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                TlsWire.accept(socket, "TLSv1.2", new byte[0], data);
              } catch (IOException e) {
                // The client hears of it.
              }
            });
    client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 0));
    assertThat(client.receive(1, data.length)).isEqualTo(data);
  }

  private void serve(byte[] before) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                TlsWire.accept(socket, "TLSv1.2", before, GREETING);
              } catch (IOException e) {
                // The daemon has refused.
              }
            });
  }

  private void assertServed() throws Exception {
    client.send(new ClientFrame.TcpSecure(6, 1, false, TestTls.HOST));
    assertThat(client.next()).isEqualTo(new DaemonFrame.TcpSecured(6, 1, 0));
    assertThat(client.receive(1, GREETING.length)).isEqualTo(GREETING);
  }
}

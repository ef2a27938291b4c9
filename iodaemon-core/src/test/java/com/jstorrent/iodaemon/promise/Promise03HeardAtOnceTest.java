package com.jstorrent.iodaemon.promise;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.3: data is read as soon as a socket is connected. */
class Promise03HeardAtOnceTest {

  @Test
  void dataOfAPeerThatSendsFirstArrives() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      peer.accept().getOutputStream().write("220 hello".getBytes(US_ASCII));
      assertThat(client.receive(1, 9)).isEqualTo("220 hello".getBytes(US_ASCII));
    }
  }

  @Test
  void theEndOfAPeerIsReportedToAClientThatHasSentNothing() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      peer.accept().close();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 0));
    }
  }

  @Test
  void aResetOfThePeerIsReportedWithItsErrno() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      Socket socket = peer.accept();
      socket.setSoLinger(true, 0);
      socket.close();
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpClosed(0, 1, 104));
    }
  }
}

package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameHeader;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 9.3: what counts, and what RESUMED tells of it. */
class ResumeCountsTest {
  private static final Set<Capability> RESUME = Set.of(Capability.RESUME);

  @Test
  void aRequestForAnIdInUseChangesNoCountOfItsSocket() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open()) {
      TestClient client = daemon.client(RESUME);
      client.connect(1, peer.port());
      peer.accept().getOutputStream().write(new byte[1000]);
      client.receive(1, 1000);
      client.send(new ClientFrame.TcpConnect(3, 1, peer.port(), "127.0.0.1"));
      assertThat(client.expect(DaemonFrame.TcpConnected.class).errno()).isEqualTo(98);
      client.vanish();
      try (TestClient back = daemon.client(RESUME)) {
        back.send(new ClientFrame.Resume(9, 1, client.ticket())); // it has TCP_CONNECTED only
        assertThat(back.expect(DaemonFrame.Resumed.class).entries())
            .containsExactly(
                new DaemonFrame.Live(
                    DaemonFrame.Live.Kind.TCP_SOCKET, 1, DaemonFrame.Live.State.OPEN, 0, 0));
      }
    }
  }

  @Test
  void aConnectionThatHasHadASocketDoesNotResume() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client(RESUME);
        TestClient other = daemon.client(RESUME)) {
      other.send(new ClientFrame.UdpBind(4, 4, 0, "127.0.0.1"));
      other.expect(DaemonFrame.UdpBound.class);
      other.send(new ClientFrame.UdpClose(0, 4));
      client.vanish();
      other.send(new ClientFrame.Resume(9, 0, client.ticket()));
      assertThat(other.expect(DaemonFrame.Resumed.class).errno()).isEqualTo(22);
    }
  }

  @Test
  void framesBeforeTheHelloOfAClientThatIsTrustedDoNotCount() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.trusted("early")) {
      ByteBuffer unknown = ByteBuffer.allocate(FrameHeader.LENGTH).put(0, (byte) 1);
      client.send(unknown.put(1, (byte) 0x55));
      client.send(new ClientFrame.ClientHello(1, "resume"));
      client.expect(DaemonFrame.Error.class);
      client.expect(DaemonFrame.ServerHello.class);
      client.connect(1, peer.port());
      client.send(new ClientFrame.Ack(0, 1));
      client.send(new ClientFrame.Ack(5, 2));
      assertThat(client.expect(DaemonFrame.Error.class).requestId()).isEqualTo(5);
    }
  }
}

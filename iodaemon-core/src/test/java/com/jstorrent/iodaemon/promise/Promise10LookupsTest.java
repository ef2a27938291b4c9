package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.HangingNames;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.6 and § 4.10: what waits for a name service that does not answer. */
class Promise10LookupsTest {
  private static final int DATAGRAM = 60_000;

  @AfterEach
  void answer() {
    HangingNames.answer();
  }

  @Test
  void datagramsThatWaitForTheirHostAreCountedUntilTheSocketIsClosed() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.UdpBind(1, 1, 0, "127.0.0.1"));
      client.expect(DaemonFrame.UdpBound.class);
      for (int i = 0; i < Limits.LOOKUPS; i++) {
        client.send(
            new ClientFrame.UdpSend(
                0, 1, 9, i + HangingNames.SUFFIX, ByteBuffer.allocate(DATAGRAM)));
      }
      daemon.awaitStat(
          Counter.MEMORY_FRAMES, Limits.LOOKUPS * (Limits.SOCKET_BYTES + (long) DATAGRAM));
      client.send(new ClientFrame.UdpClose(0, 1));
      daemon.awaitStat(Counter.MEMORY_FRAMES, 0);
    }
  }

  @Test
  void anAddressThatIsNoneIsLookedUpWithoutHoldingUpTheClient() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.UdpBind(1, 1, 0, "127.0.0.1"));
      client.expect(DaemonFrame.UdpBound.class);
      client.send(
          new ClientFrame.UdpSend(0, 1, 9, ".:x" + HangingNames.SUFFIX, ByteBuffer.allocate(1)));
      client.send(new ClientFrame.TcpListen(2, 2, 0, "256.256.256.256"));
      assertThat(client.expect(DaemonFrame.TcpListenResult.class).errno()).isNotZero();
    }
  }
}

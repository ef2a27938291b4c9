package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PROTOCOL.md § 4.8: frames of 256 KiB at most, sockets in turn, control frames between them. */
@Timeout(600)
class Promise08TurnsTest {
  private static final int SOCKETS = 4;
  private static final int ENOUGH = 16 << 20;

  @Test
  void readySocketsTakeTurnsInFramesThatAreNotTooLarge() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        TestClient client = daemon.client()) {
      for (int id = 0; id < SOCKETS; id++) {
        client.connect(id, peer.port());
      }
      for (int id = 0; id < SOCKETS; id++) {
        Peer.flood(peer.accept());
      }
      Set<Integer> silent = new HashSet<>(Set.of(0, 1, 2, 3)); // a peer may start late
      long[] got = new long[SOCKETS];
      long most = 0;
      while (most < ENOUGH) {
        DaemonFrame.TcpRecv frame = client.expect(DaemonFrame.TcpRecv.class);
        int size = frame.data().remaining();
        assertThat(size).isLessThanOrEqualTo(Limits.RECV_DATA_BYTES);
        silent.remove(frame.socketId());
        if (silent.isEmpty()) {
          most = Math.max(most, got[frame.socketId()] += size);
        }
      }
      for (long each : got) {
        assertThat(each).as("no socket is starved").isGreaterThan(ENOUGH / 16);
      }
    }
  }

  @Test
  void controlFramesOvertakeBulkDataOfOtherSockets() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer bulk = Peer.open();
        Peer other = Peer.open();
        TestClient client = daemon.client()) {
      client.connect(1, bulk.port());
      Peer.flood(bulk.accept());
      client.receiveSome(1, ENOUGH);
      client.send(new ClientFrame.TcpConnect(22, 2, other.port(), "127.0.0.1"));
      other.accept();
      daemon.awaitStat(Counter.PENDING_CONNECTS, 0); // the relay has been told
      long before = 0;
      DaemonFrame frame;
      while ((frame = client.next()) instanceof DaemonFrame.TcpRecv data) {
        before += data.data().remaining();
      }
      assertThat(frame).isEqualTo(new DaemonFrame.TcpConnected(22, 2, 0));
      assertThat(before)
          .as("only frames that were already on their way arrive first")
          .isLessThan(4L * ENOUGH);
    }
  }
}

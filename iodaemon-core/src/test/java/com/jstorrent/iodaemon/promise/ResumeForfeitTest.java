package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 9.3: the daemon gives up keeping frames while it is sending them again. */
class ResumeForfeitTest {
  private static final Set<Capability> RESUME = Set.of(Capability.RESUME);
  private static final int FRAME = 1 << 20;

  /** The time is only how long the test waits: the frames are given up while the client waits for the slow peer. */
  private static final Limits LIMITS =
      Limits.builder().sendStall(Duration.ofSeconds(1)).build();

  @Test
  void noByteIsMissingThatWasToBeSentAgain() throws Exception {
    long seed = System.nanoTime();
    byte[] data = Peer.bytes(seed, 12_000_000);
    try (TestDaemon daemon = TestDaemon.start(LIMITS);
        Peer fast = Peer.open();
        Peer slow = Peer.open()) {
      TestClient client = daemon.client(RESUME);
      client.connect(1, fast.port());
      client.connect(2, slow.port());
      Socket stuck = slow.accept();
      Peer.write(fast.accept(), data);
      takeAllThatComesWithoutAcknowledgement(client);
      client.vanish();
      try (TestClient back = daemon.client(RESUME)) {
        back.send(new ClientFrame.Resume(9, 2, client.ticket())); // it has both TCP_CONNECTED
        assertThat(back.expect(DaemonFrame.Resumed.class).errno()).isZero();
        for (int sent = 0; sent <= LIMITS.socketQueueBytes() * 2; sent += FRAME) {
          back.sendData(2, new byte[FRAME]); // until that peer has been given up
        }
        assertThat(readAll(back, data.length)).as("seed %d", seed).isEqualTo(data);
      }
      stuck.close();
    }
  }

  private static void takeAllThatComesWithoutAcknowledgement(TestClient client) throws Exception {
    for (long taken = 0; taken < LIMITS.replayBytes();) {
      taken += client.expect(DaemonFrame.TcpRecv.class).data().remaining();
    }
  }

  private static byte[] readAll(TestClient client, int bytes) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream(bytes);
    boolean forfeited = false;
    while (all.size() < bytes) {
      switch (client.next()) {
        case DaemonFrame.TcpRecv received -> {
          byte[] part = new byte[received.data().remaining()];
          received.data().get(part);
          all.writeBytes(part);
        }
        case DaemonFrame.Resumed event -> {
          assertThat(event.errno()).isEqualTo(105);
          forfeited = true;
        }
        default -> {
        }
      }
    }
    assertThat(forfeited).isTrue();
    return all.toByteArray();
  }
}

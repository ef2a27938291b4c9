package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import org.junit.jupiter.api.Test;

/**
 * PROTOCOL.md § 4.5: small frames are not held back. The options of the sockets are tested in
 * {@code PeerSocketsTest}.
 */
class Promise05PromptTest {

  @Test
  void eachSmallMessageComesBackBeforeTheNextIsSent() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.echoing();
        TestClient client = daemon.client()) {
      client.connect(1, peer.port());
      for (int i = 0; i < 500; i++) { // would take very long if small frames were delayed
        client.sendData(1, new byte[] {(byte) i});
        assertThat(client.receive(1, 1)).containsExactly((byte) i);
      }
    }
  }
}

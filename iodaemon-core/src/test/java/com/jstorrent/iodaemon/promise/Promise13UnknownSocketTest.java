package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 4.13: a frame to an unknown socket is counted and has no other effect. */
class Promise13UnknownSocketTest {

  @Test
  void framesToUnknownSocketsAreCountedAndEndNothing() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        TestClient client = daemon.client()) {
      client.sendData(4711, new byte[] {1});
      client.send(new ClientFrame.TcpClose(0, 4711));
      client.send(new ClientFrame.TcpStopListen(0, 4711));
      client.send(new ClientFrame.TcpListen(6, 6, 0, "127.0.0.1"));
      assertThat(client.next())
          .as("no ERROR arrives first")
          .isInstanceOf(DaemonFrame.TcpListenResult.class);
      assertThat(daemon.stats().get(Counter.UNKNOWN_SOCKET_FRAMES)).isEqualTo(3);
    }
  }
}

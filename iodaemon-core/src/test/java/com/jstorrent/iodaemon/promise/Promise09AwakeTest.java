package com.jstorrent.iodaemon.promise;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.testkit.SilentPort;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PROTOCOL.md § 4.9: the connect timeout counts only while the machine is awake. */
@Timeout(600)
class Promise09AwakeTest {
  private static final Duration TIME = Duration.ofMillis(200);

  @Test
  void anAttemptDoesNotTimeOutWhileTheClockStandsStill() throws Exception {
    ManualClock clock = new ManualClock();
    try (SilentPort silent = new SilentPort();
        TestDaemon daemon =
            TestDaemon.start(
                IoDaemon.builder()
                    .limits(Limits.builder().connectTimeout(TIME).build())
                    .clock(clock));
        TestClient client = daemon.client()) {
      client.send(new ClientFrame.TcpConnect(7, 1, silent.port(), "127.0.0.1"));
      assertThat(client.poll(TIME.multipliedBy(4))).as("by the clock of the system").isNull();
      TestDaemon.await(
          "the end of the attempt",
          () -> {
            clock.advance(TIME);
            return daemon.stats().get(Counter.CONNECT_FAILURES) == 1;
          });
      assertThat(client.next()).isEqualTo(new DaemonFrame.TcpConnected(7, 1, 110));
    }
  }
}

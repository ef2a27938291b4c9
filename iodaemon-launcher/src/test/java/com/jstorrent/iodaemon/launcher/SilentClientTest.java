package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOL.md § 4.12: a WebSocket whose client is still connected but no longer answers. */
@Timeout(600)
class SilentClientTest {
  private static final Duration PING = Limits.DEFAULT.pingInterval();

  private final ManualClock clock = new ManualClock();
  private IoDaemon daemon;

  @BeforeEach
  void start() throws IOException {
    daemon =
        IoDaemon.builder()
            .token("t")
            .clock(clock)
            .transport(HttpTransport.onPort(0).upgrade(WebSocketUpgrade.io()))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  /**
   * If the client hangs, its kernel still receives the pings, which must not count as a sign of
   * life.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void itIsClosedAfterTwoMissedPongs(boolean reads) throws Exception {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), daemon.port())) {
      client
          .getOutputStream()
          .write(
              ("GET /io HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: t\r\nConnection: Upgrade\r\n"
                  + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                  + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      TestDaemon.await("a session", () -> webSockets() == 1);
      if (reads) {
        Thread.ofVirtual().start(() -> readAll(client));
      }
      clock.advance(PING.multipliedBy(Limits.MISSED_PONGS + 1).minusNanos(1));
      assertThat(webSockets()).isEqualTo(1);
      TestDaemon.await(
          "the end",
          () -> {
            clock.advance(PING);
            return webSockets() == 0;
          });
    }
  }

  private static void readAll(Socket client) {
    try {
      client.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The daemon has ended the connection.
    }
  }

  private long webSockets() {
    return daemon.stats().get(Counter.WS_CONNECTIONS);
  }
}

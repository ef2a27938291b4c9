package com.jstorrent.iodaemon.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.transport.BoundTransport;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 2: the number of unauthenticated clients is limited. */
class UnauthenticatedClientsTest {
  private static final Limits LIMITS =
      Limits.builder().handshakeTimeout(Duration.ofHours(1)).build();

  @Test
  void theSeventeenthIsRefusedBeforeTheUpgradeButAnAuthenticatedOneIsNot() throws Exception {
    AtomicReference<SessionAcceptor> sessions = new AtomicReference<>();
    List<RawWebSocket> clients = new ArrayList<>();
    try (IoDaemon daemon =
        IoDaemon.builder()
            .token("t")
            .limits(LIMITS)
            .transport(
                services -> {
                  sessions.set(services.sessions());
                  return new Nowhere();
                })
            .build()
            .start();
        UpgradePort port = new UpgradePort(sessions.get(), LIMITS)) {
      for (int i = 0; i < Limits.UNAUTHENTICATED_CONNECTIONS; i++) {
        clients.add(RawWebSocket.connect(port.port()));
      }
      await(daemon, Limits.UNAUTHENTICATED_CONNECTIONS); // 101 comes before the session
      assertThat(RawWebSocket.answer(port.port(), ""))
          .startsWith("HTTP/1.1 503")
          .contains("\r\nRetry-After: 1\r\n");
      assertThat(RawWebSocket.answer(port.port(), UpgradePort.AUTHENTICATED + ": yes\r\n"))
          .startsWith("HTTP/1.1 101");
      clients.removeFirst().vanish();
      await(daemon, Limits.UNAUTHENTICATED_CONNECTIONS - 1);
      clients.add(RawWebSocket.connect(port.port()));
      for (RawWebSocket client : clients) {
        client.close();
      }
    }
  }

  private static void await(IoDaemon daemon, long connections) {
    TestDaemon.await(
        connections + " connections",
        () -> daemon.stats().get(Counter.WS_CONNECTIONS) == connections);
  }

  /** A transport that does nothing: the test opens the port itself. */
  private static final class Nowhere implements BoundTransport {
    @Override
    public int port() {
      return 0;
    }

    @Override
    public void drain() {}

    @Override
    public void close() {}
  }
}

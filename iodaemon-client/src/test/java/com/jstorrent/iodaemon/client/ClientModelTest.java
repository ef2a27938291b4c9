package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.client.ClientDaemon.Way;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.testkit.model.Step;
import com.jstorrent.iodaemon.testkit.model.Steps;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Carries out, through the client, the random sequences of steps that the daemon's own model is tested with: the
 * promises of the client's streams hold whatever happens. A failing sequence is shrunk, and printed with its seed.
 */
class ClientModelTest {
  /** The model has no clock: no timeout may expire, not even on a machine that pauses for a while. */
  private static final Duration NEVER = Duration.ofMinutes(5);

  private static ClientDaemon daemon;
  private static Peer server;

  @BeforeContainer
  static void startOnce() throws Exception {
    daemon =
        ClientDaemon.start(
            Limits.builder()
                .creditBytes(20_000)
                .connectTimeout(NEVER)
                .handshakeTimeout(NEVER)
                .sendRoom(NEVER)
                .secureTimeout(NEVER)
                .linger(NEVER)
                .sendStall(NEVER)
                .build());
    server = Peer.open();
  }

  @AfterContainer
  static void nothingIsLeft() throws Exception {
    for (Counter gauge : List.of(
        Counter.TCP_SOCKETS, Counter.PENDING_TCP, Counter.PENDING_CONNECTS, Counter.TCP_SERVERS,
        Counter.QUEUED_BYTES, Counter.PARKED_SESSIONS, Counter.WS_CONNECTIONS)) {
      daemon.awaitStat(gauge, 0);
    }
    server.close();
    daemon.close();
  }

  @Property
  void whatStreamsPromiseHoldsWhateverHappens(
      @ForAll Way way, @ForAll("steps") List<Step> steps) throws Exception {
    ClientOptions options =
        ClientOptions.builder()
            .connectTimeout(NEVER)
            .requestTimeout(NEVER)
            .resumeTimeout(NEVER)
            .build();
    try (ClientWorld world =
        new ClientWorld(server, new CuttableConnector(daemon.connector(way)), options)) {
      for (Step step : steps) {
        world.take(step);
      }
      world.settle();
    }
    daemon.awaitStat(Counter.TCP_SOCKETS, 0);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Steps.arbitrary();
  }
}

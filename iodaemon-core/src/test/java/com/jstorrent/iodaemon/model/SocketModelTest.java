package com.jstorrent.iodaemon.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.TestTls;
import com.jstorrent.iodaemon.testkit.model.Step;
import com.jstorrent.iodaemon.testkit.model.Steps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Random sequences of steps of clients, peers and networks, against the real daemon and a model of
 * PROTOCOL.md § 4.1 to § 4.4, § 4.12 and § 9. A failing sequence is shrunk, and printed with its
 * seed.
 */
class SocketModelTest {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final int SOME = 12;

  /** The model has no clock: no timeout may expire, not even on a machine that pauses for a while. */
  private static final Duration NEVER = Duration.ofMinutes(5);

  private static TestDaemon daemon;
  private static Peer server;
  private static long descriptors;
  private static int threads;

  @BeforeContainer
  static void startOnce() throws Exception {
    daemon =
        TestDaemon.start(
            Limits.builder()
                .creditBytes(20_000)
                .connectTimeout(NEVER)
                .secureTimeout(NEVER)
                .linger(NEVER)
                .sendStall(NEVER)
                .build(),
            TestTls.trusting());
    server = Peer.open();
    try (var warm = daemon.client()) {
      warm.connect(1, server.port());
      server.accept().close();
    }
    daemon.awaitStat(Counter.WS_CONNECTIONS, 0);
    descriptors = openDescriptors();
    threads = Thread.activeCount();
  }

  @AfterContainer
  static void nothingIsLeft() throws Exception {
    for (Counter gauge : List.of(
        Counter.TCP_SOCKETS,
        Counter.PENDING_TCP,
        Counter.PENDING_CONNECTS,
        Counter.TLS_SOCKETS,
        Counter.TCP_SERVERS,
        Counter.QUEUED_BYTES,
        Counter.SEND_CREDIT_BYTES,
        Counter.PARKED_SESSIONS,
        Counter.WS_CONNECTIONS)) {
      daemon.awaitStat(gauge, 0);
    }
    TestDaemon.await("threads are gone", () -> Thread.activeCount() <= threads + SOME);
    TestDaemon.await(
        "descriptors are closed",
        () -> openDescriptors() <= descriptors + SOME);
    server.close();
    daemon.close();
  }

  @Property
  void whatTheContractPromisesHoldsWhateverHappens(
      @ForAll("capabilities") Set<Capability> capabilities, @ForAll("steps") List<Step> steps)
      throws Exception {
    try (World world = new World(daemon, server, capabilities)) {
      for (Step step : steps) {
        world.take(step);
      }
      world.settle();
    }
    daemon.awaitStat(Counter.TCP_SOCKETS, 0);
    assertThat(daemon.stats().get(Counter.PROTOCOL_ERRORS)).isZero();
  }

  @Provide
  Arbitrary<Set<Capability>> capabilities() {
    return Arbitraries.of(Capability.class).set();
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Steps.arbitrary();
  }

  private static long openDescriptors() {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0; // not Linux
    }
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return open.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

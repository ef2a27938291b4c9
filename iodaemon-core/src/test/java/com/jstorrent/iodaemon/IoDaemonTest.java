package com.jstorrent.iodaemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.DaemonHealth;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.transport.BoundTransport;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.HelloCodec;
import com.jstorrent.iodaemon.transport.InProcessClient;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import com.jstorrent.iodaemon.transport.ServerTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IoDaemonTest {

  private static Stream<Thread> threadsBut(Set<Thread> before) {
    return Thread.getAllStackTraces()
        .keySet()
        .stream()
        .filter(thread -> !before.contains(thread) && thread.getName().startsWith("iodaemon-"));
  }

  /** Waits, because the last threads of an earlier test may still be ending. */
  private static void awaitNoThreadsBut(Set<Thread> before) {
    TestDaemon.await("no thread of its own", () -> threadsBut(before).findAny().isEmpty());
  }

  @Test
  void aDaemonHasNoThreadBeforeItsStart() throws Exception {
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    IoDaemon daemon = IoDaemon.builder().token("t").build();
    daemon.health();
    daemon.replaceRoots(List.of());
    awaitNoThreadsBut(before);
    daemon.close();
    daemon.close();
    awaitNoThreadsBut(before);
    assertThatThrownBy(daemon::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void itsThreadsAreDaemonThreadsAndEndWithIt() throws Exception {
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    try (TestDaemon daemon = TestDaemon.start(); Peer peer = Peer.open()) {
      TestClient client = daemon.client();
      client.connect(1, peer.port());
      assertThat(threadsBut(before)).isNotEmpty().allMatch(Thread::isDaemon);
    }
    TestDaemon.await("its threads to end", () -> threadsBut(before).findAny().isEmpty());
  }

  @Test
  void itTellsWhatItDoes() throws Exception {
    InProcessTransport transport = new InProcessTransport();
    IoDaemon daemon = IoDaemon.builder().token("secret token").transport(transport).build();
    assertThat(daemon.isRunning()).isFalse();
    assertThat(daemon.health().state()).isEqualTo(DaemonHealth.State.NEW);
    assertThat(daemon).hasToString("IoDaemon[not started]");
    assertThatThrownBy(daemon::port)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The daemon has no port yet; call start() before port().");
    daemon.start();
    InProcessClient client =
        transport.connect(new ConnectionInfo(true, null, HelloCodec.EMPTY_ONLY));
    TestDaemon.await("the session", () -> daemon.health().sessions() == 1);
    assertThat(daemon.isRunning()).isTrue();
    assertThat(daemon.health().isRunning()).isTrue();
    assertThat(daemon.health().memory().limitBytes()).isPositive();
    assertThat(daemon.health().memory().heldBytes()).isPositive();
    assertThat(daemon).hasToString("IoDaemon[running, port 0, sessions 1]");
    assertThat(daemon.port()).isZero();
    client.close();
    daemon.close();
    assertThat(daemon.isRunning()).isFalse();
    assertThat(daemon.health().state()).isEqualTo(DaemonHealth.State.CLOSED);
    assertThat(daemon).hasToString("IoDaemon[closed]");
  }

  @Test
  void thePortIsKnownToTheListenerAndAfterTheEnd() throws Exception {
    AtomicReference<IoDaemon> daemon = new AtomicReference<>();
    List<Integer> ports = new CopyOnWriteArrayList<>();
    BoundTransport bound =
        new BoundTransport() {
          @Override
          public int port() {
            return 4711;
          }

          @Override
          public void drain() {}

          @Override
          public void close() {}
        };
    daemon.set(
        IoDaemon.builder()
            .token("t")
            .transport(services -> bound)
            .listener(
                new DaemonListener() {
                  @Override
                  public void onStarted(int port) {
                    ports.add(daemon.get().port());
                  }
                })
            .build());
    try (IoDaemon started = daemon.get().start()) {
      ports.add(started.port());
    }
    ports.add(daemon.get().port());
    assertThat(ports).containsExactly(4711, 4711, 4711);
  }

  @Test
  void countersCannotBeChangedFromOutside() throws Exception {
    try (IoDaemon daemon = IoDaemon.builder().token("t").build()) {
      assertThat(daemon.stats()).isNotInstanceOf(Stats.class);
      assertThat(daemon.stats().get(Counter.MEMORY_LIMIT)).isPositive();
      assertThatThrownBy(() -> daemon.stats().snapshot().put(Counter.BYTES_SENT, -500L))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void rootsChangeByReplacingThemOnly(@TempDir Path folder) throws Exception {
    DownloadRoot films = DownloadRoot.of("films", folder);
    try (IoDaemon daemon = IoDaemon.builder().token("t").roots(List.of(films)).build()) {
      List<DownloadRoot> before = daemon.roots();
      assertThatThrownBy(() -> before.remove(films))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> daemon.replaceRoots(List.of(films, films)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Two download roots have the key \"films\".");
      assertThat(daemon.roots()).containsExactly(films);
      daemon.replaceRoots(List.of());
      assertThat(daemon.roots()).isEmpty();
      assertThat(before).containsExactly(films);
    }
  }

  @Test
  void aFatalFailureIsReportedToTheListenersAndTheDaemonGoesOn() throws Exception {
    List<Throwable> heard = new CopyOnWriteArrayList<>();
    DaemonListener one =
        new DaemonListener() {
          @Override
          public void onFailed(Throwable cause) {
            heard.add(cause);
          }
        };
    BlockingQueue<DaemonServices> offered = new LinkedBlockingQueue<>();
    ServerTransport transport =
        services -> {
          offered.add(services);
          return new InProcessTransport().start(services);
        };
    IoDaemon daemon =
        IoDaemon.builder()
            .token("t")
            .listener(one.andThen(one))
            .transport(transport)
            .build()
            .start();
    DaemonServices services = offered.take();
    Error direct = new OutOfMemoryError("direct");
    services.reportFailure(direct);
    assertThat(heard).containsExactly(direct, direct);
    Error late = new OutOfMemoryError("late");
    services
        .clock()
        .schedule(
            Duration.ZERO,
            () -> {
              throw late;
            });
    services
        .clock()
        .schedule(
            Duration.ZERO,
            () -> {
              throw new IllegalStateException("a defect of one task");
            });
    CountDownLatch behind = new CountDownLatch(1);
    services.clock().schedule(Duration.ZERO, behind::countDown);
    assertThat(behind.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(heard).containsExactly(direct, direct, late, late);
    services.requestShutdown();
    services.requestShutdown();
    daemon.awaitClosed();
    assertThat(heard).hasSize(4);
  }

  @Test
  void aDaemonNeedsAToken() {
    assertThatThrownBy(() -> IoDaemon.builder().build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("token");
  }
}

package com.jstorrent.iodaemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import com.jstorrent.iodaemon.transport.ServerTransport;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IoDaemonTest {

  @Test
  void aDaemonThatWasNeverStartedLeavesNoThreadBehind() throws Exception {
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    IoDaemon daemon = IoDaemon.builder().token("t").build();
    daemon.close();
    daemon.close();
    TestDaemon.await(
        "its threads to end",
        () -> Thread.getAllStackTraces()
            .keySet()
            .stream()
            .noneMatch(t -> !before.contains(t) && t.getName().startsWith("iodaemon-")));
    assertThatThrownBy(daemon::start).isInstanceOf(IllegalStateException.class);
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

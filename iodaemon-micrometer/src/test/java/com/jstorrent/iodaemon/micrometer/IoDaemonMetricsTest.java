package com.jstorrent.iodaemon.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.transport.InProcessClient;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class IoDaemonMetricsTest {
  /** Counters of the whole process, which change from one reading to the next. */
  private static final Set<Counter> MEASURED =
      EnumSet.of(Counter.CPU_MILLISECONDS, Counter.HEAP_BYTES, Counter.RESIDENT_BYTES);

  private final InProcessTransport transport = new InProcessTransport();
  @AutoClose
  private final MeterRegistry registry = new SimpleMeterRegistry();
  @AutoClose
  private IoDaemon daemon;

  @BeforeEach
  void start() throws Exception {
    daemon = IoDaemon.builder().token("secret").transport(transport).build().start();
  }

  private static String name(Counter counter) {
    return "iodaemon." + counter.label().replace('_', '.');
  }

  private double value(Counter counter) {
    Meter meter = registry.get(name(counter)).meter();
    return switch (meter) {
      case FunctionCounter count -> count.count();
      case Gauge gauge -> gauge.value();
      default -> throw new AssertionError(meter.getClass());
    };
  }

  @Test
  void everyCounterIsAMeterOfItsKindWithItsSentence() {
    new IoDaemonMetrics(daemon).bindTo(registry);
    assertThat(registry.getMeters()).hasSize(Counter.values().length + 1);
    for (Counter counter : Counter.values()) {
      Meter meter = registry.get(name(counter)).meter();
      assertThat(meter.getId().getDescription()).isEqualTo(counter.help());
      assertThat(meter.getId().getType())
          .isEqualTo(
              counter.kind() == Counter.Kind.COUNTER ? Meter.Type.COUNTER : Meter.Type.GAUGE);
    }
  }

  private static void awaitNoRelay() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("iodaemon-relay")) {
        thread.join();
      }
    }
  }

  @Test
  void unbindingMakesWayForTheMetersOfTheNextDaemon() throws Exception {
    IoDaemonMetrics metrics = new IoDaemonMetrics(daemon);
    metrics.bindTo(registry);
    metrics.unbind();
    assertThat(registry.getMeters()).isEmpty();
    InProcessTransport other = new InProcessTransport();
    try (IoDaemon next = IoDaemon.builder().token("secret").transport(other).build().start();
        InProcessClient client = other.connect()) {
      assertThat(client).isNotNull();
      new IoDaemonMetrics(next).bindTo(registry);
      assertThat(value(Counter.WS_CONNECTIONS)).isOne();
    }
  }

  @Test
  void metersFollowTheDaemon() throws Exception {
    new IoDaemonMetrics(daemon).bindTo(registry);
    assertThat(value(Counter.WS_CONNECTIONS)).isZero();
    try (InProcessClient client = transport.connect()) {
      assertThat(value(Counter.WS_CONNECTIONS)).isOne();
      client.send(ByteBuffer.wrap(new byte[] {1, 0x7f, 0, 0, 0, 0, 0, 0})); // no opcode
      assertThat(value(Counter.FRAMES_FROM_CLIENT)).isOne();
    }
    daemon.close();
    awaitNoRelay(); // nothing is counted any more
    assertThat(List.of(Counter.values()))
        .filteredOn(counter -> !MEASURED.contains(counter))
        .allSatisfy(
            counter -> assertThat(value(counter)).isEqualTo(daemon.stats().get(counter)));
  }

  @Test
  @Timeout(120)
  void theUptimeGrows() {
    new IoDaemonMetrics(daemon).bindTo(registry);
    TimeGauge uptime = registry.get("iodaemon.uptime").timeGauge();
    double before = uptime.value(TimeUnit.NANOSECONDS);
    assertThat(before).isPositive();
    while (uptime.value(TimeUnit.NANOSECONDS) <= before) { // as long as a machine that was stopped needs
      Thread.onSpinWait();
    }
  }

  @Test
  void tagsTellDaemonsApart() throws Exception {
    InProcessTransport other = new InProcessTransport();
    try (IoDaemon second =
        IoDaemon.builder().token("secret").transport(other).build().start();
        InProcessClient client = other.connect()) {
      new IoDaemonMetrics(daemon, Tags.of("daemon", "first")).bindTo(registry);
      new IoDaemonMetrics(second, Tags.of("daemon", "second")).bindTo(registry);
      String name = name(Counter.WS_CONNECTIONS);
      assertThat(client.closeReason()).isNull();
      assertThat(registry.get(name).tag("daemon", "first").gauge().value()).isZero();
      assertThat(registry.get(name).tag("daemon", "second").gauge().value()).isOne();
    }
  }

  @Test
  void prometheusShowsTheNamesOfTheMetricsRoute() {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new IoDaemonMetrics(daemon).bindTo(prometheus);
    List<String> shown =
        prometheus.scrape()
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.substring(0, line.indexOf(' ')))
            .toList();
    assertThat(shown)
        .containsAll(
            Arrays.stream(Counter.values())
                .map(
                    counter -> "iodaemon_"
                        + counter.label()
                        + (counter.kind() == Counter.Kind.COUNTER ? "_total" : ""))
                .toList())
        .contains("iodaemon_uptime_seconds");
  }
}

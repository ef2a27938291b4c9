package com.jstorrent.iodaemon.micrometer;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.stats.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * All of a daemon's counters and gauges, and its uptime, as meters. The meters have the names of {@code /metrics}
 * (PROTOCOL.md § 5.4): {@link Counter#BYTES_SENT} is {@code iodaemon.bytes.sent}, which Prometheus shows as
 * {@code iodaemon_bytes_sent_total}.
 *
 * <p>Reading a meter takes no lock and waits for nothing, except that the meter of the resident memory reads a file
 * of the system. Processor time, heap and resident memory are those of the process, the same for each daemon in it.
 * A registry does not keep a daemon in memory. The counts of a closed daemon stay as they are; once it has been
 * garbage collected, its gauges are NaN and its counters no longer grow. A registry keeps the first meter of each name
 * and tags, so {@link #unbind} those of a daemon before the meters of another one are bound with the same tags. Thread-safe.
 */
public final class IoDaemonMetrics implements MeterBinder {
  private static final String PREFIX = "iodaemon.";

  private final IoDaemon daemon;
  private final Tags tags;
  private final Queue<Runnable> removals = new ConcurrentLinkedQueue<>();

  /**
   * The meters of the only daemon of a registry.
   *
   * @param daemon whose counters are read; it need not have started
   */
  public IoDaemonMetrics(IoDaemon daemon) {
    this(daemon, Tags.empty());
  }

  /**
   * The meters of one of several daemons.
   *
   * @param daemon whose counters are read; it need not have started
   * @param tags of each meter, by which its daemon can be told from others in the same registry
   */
  public IoDaemonMetrics(IoDaemon daemon, Iterable<Tag> tags) {
    this.daemon = daemon;
    this.tags = Tags.of(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (Counter counter : Counter.values()) {
      bind(registry, counter);
    }
    Meter uptime = TimeGauge.builder(
        PREFIX + "uptime",
        daemon,
        TimeUnit.NANOSECONDS,
        d -> d.stats().uptime().toNanos())
        .description("Time since the daemon was built.")
        .tags(tags)
        .register(registry);
    removals.add(() -> registry.remove(uptime));
  }

  /**
   * Removes the meters from all registries that they were bound to; also those of another daemon, if that was bound
   * first with the same tags.
   */
  public void unbind() {
    for (Runnable removal; (removal = removals.poll()) != null;) {
      removal.run();
    }
  }

  private void bind(MeterRegistry registry, Counter counter) {
    String name = PREFIX + counter.label().replace('_', '.');
    Meter meter = switch (counter.kind()) {
      case COUNTER -> FunctionCounter.builder(name, daemon, d -> d.stats().get(counter))
          .description(counter.help())
          .tags(tags)
          .register(registry);
      case GAUGE -> Gauge.builder(name, daemon, d -> d.stats().get(counter))
          .description(counter.help())
          .tags(tags)
          .register(registry);
    };
    removals.add(() -> registry.remove(meter));
  }
}

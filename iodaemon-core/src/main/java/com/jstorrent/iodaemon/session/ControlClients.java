package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.file.RootWatch;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.stats.DaemonReport;
import com.jstorrent.iodaemon.stats.RootStatus;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ControlCodec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The clients on {@code /control}, and what all of them are told: roots that change, and statistics for
 * those that have asked for them (PROTOCOL.md § 3, § 9.4). While there is no such client, nothing is
 * checked. Thread-safe.
 */
final class ControlClients {
  private final RootWatch roots;
  private final Supplier<DaemonReport> report;
  private final MonotonicClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Client, ControlCodec> members = new LinkedHashMap<>(); // guarded by lock
  private MonotonicClock.@Nullable Scheduled ticks; // guarded by lock; while a client is connected

  ControlClients(RootWatch roots, Supplier<DaemonReport> report, MonotonicClock clock) {
    this.roots = roots;
    this.report = report;
    this.clock = clock;
  }

  /** For {@link #enter}; must be asked for before the client hears that it was accepted. */
  List<DownloadRoot> roots() {
    return roots.current();
  }

  /**
   * Adds a client that has shown the token.
   *
   * @param since what the roots were before it heard that it was accepted: it wants to know of changes
   *     from then on
   */
  void enter(Client client, ControlCodec codec, List<DownloadRoot> since) {
    lock.lock();
    try {
      if (members.isEmpty()) {
        ticks = clock.scheduleWithFixedDelay(Limits.STATS_INTERVAL, this::tick);
      }
      members.put(client, codec);
      roots.begin(since, this::tellRoots);
    } finally {
      lock.unlock();
    }
  }

  /** Removes a client, if it was ever added. */
  void leave(Client client) {
    lock.lock();
    try {
      if (members.remove(client) != null && members.isEmpty()) {
        roots.end();
        if (ticks != null) {
          ticks.cancel();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Cuts off a client that does not read what it must not miss: it gets the rest when it comes back. */
  private static void tell(Client client, DaemonFrame frame) {
    if (client.link().hasControlRoom()) {
      client.reply(frame);
    } else {
      client.close(CloseReason.POLICY_VIOLATION);
    }
  }

  /** Skips a client that does not read: what it misses would be out of date by the time it reads. */
  private static void tellIfReading(Client client, DaemonFrame frame) {
    if (client.link().hasControlRoom()) {
      client.reply(frame);
    }
  }

  private void tellRoots(List<RootStatus> now) {
    present()
        .forEach(
            (client, codec) -> tell(client, new DaemonFrame.RootsChanged(0, codec.roots(now))));
  }

  /** Gathers the statistics on another thread, because the timer's thread must not look at every socket. */
  private void tick() {
    Thread.ofVirtual()
        .name("iodaemon-stats")
        .start(
            () -> {
              Map<Client, ControlCodec> asking = present();
              asking.keySet().removeIf(client -> !client.has(Capability.STATS));
              if (!asking.isEmpty()) {
                DaemonReport now = report.get();
                asking.forEach(
                    (client, codec) -> tellIfReading(client,
                        new DaemonFrame.Event(0, codec.stats(now))));
              }
            });
  }

  private Map<Client, ControlCodec> present() {
    lock.lock();
    try {
      return new LinkedHashMap<>(members);
    } finally {
      lock.unlock();
    }
  }
}

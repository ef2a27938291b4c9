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
 * The clients on {@code /control}, and what all of them are told: roots that change, and statistics
 * for those that have asked for them (PROTOCOL.md § 3, § 9.4). While there is no such client,
 * nothing is looked at. Thread-safe.
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

  /** For {@link #enter}; to be asked before the client hears that it is in. */
  List<DownloadRoot> roots() {
    return roots.current();
  }

  /**
   * The client has shown the token.
   *
   * @param since what the roots were before it heard so: from then on it wants to know
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

  /** It has gone, if it was ever here. */
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

  /** A client that does not read what matters is cut off: it comes back for the rest. */
  private static void tell(Client client, DaemonFrame frame) {
    if (client.link().hasControlRoom()) {
      client.reply(frame);
    } else {
      client.close(CloseReason.POLICY_VIOLATION);
    }
  }

  /** What a client that does not read misses is out of date by then. */
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

  /** Looking at every socket is nothing for the timer's thread. */
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

package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Stats;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;

/** What the sockets of all connections have in common; closed with the daemon. */
public final class SharedNet implements AutoCloseable {
  private final Limits limits;
  private final Stats stats;
  private final ScheduledExecutorService timer;
  private final SegmentPool segments = new SegmentPool();
  private final Resolver resolver = new Resolver();
  private final PeerWriter peerWriter;

  /**
   * @throws IOException when the system has no descriptor left for a selector
   */
  public SharedNet(Limits limits, Stats stats, ScheduledExecutorService timer) throws IOException {
    this.limits = limits;
    this.stats = stats;
    this.timer = timer;
    this.peerWriter = new PeerWriter();
  }

  Limits limits() {
    return limits;
  }

  Stats stats() {
    return stats;
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  SegmentPool segments() {
    return segments;
  }

  Resolver resolver() {
    return resolver;
  }

  PeerWriter peerWriter() {
    return peerWriter;
  }

  @Override
  public void close() {
    resolver.close();
    peerWriter.close();
  }
}

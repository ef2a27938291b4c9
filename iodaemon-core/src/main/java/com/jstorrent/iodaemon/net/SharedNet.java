package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.config.NetworkOptions;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.net.connect.EgressRule;
import com.jstorrent.iodaemon.net.connect.PeerSockets;
import com.jstorrent.iodaemon.net.connect.Resolver;
import com.jstorrent.iodaemon.net.relay.PeerWriter;
import com.jstorrent.iodaemon.net.stream.TlsClients;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.DaemonMemory;
import java.io.IOException;
import java.util.function.Consumer;

/** What the sockets of all connections have in common; closed with the daemon. */
public final class SharedNet implements AutoCloseable {
  private final Limits limits;
  private final Stats stats;
  private final MonotonicClock clock;
  private final DaemonMemory memory;
  private final CreditPool credits;
  private final Resolver resolver;
  private final TlsClients tls;
  private final KernelDrops drops;
  private final EgressRule egress;
  private final PeerSockets sockets = new PeerSockets();
  private final PeerWriter peerWriter;

  /**
   * @param onFailure is told of an unexpected end of the thread that all sockets need
   * @throws IOException when the system has no descriptor left for a selector
   */
  public SharedNet(
      Limits limits,
      Stats stats,
      MonotonicClock clock,
      DaemonMemory memory,
      NetworkOptions options,
      Consumer<Throwable> onFailure)
      throws IOException {
    this.egress = new EgressRule(options.denyPrivate());
    this.memory = memory;
    this.limits = limits;
    this.credits = new CreditPool(limits, memory.budget(), stats);
    this.stats = stats;
    this.clock = clock;
    this.resolver = new Resolver(clock);
    this.tls = new TlsClients(options.trust());
    this.drops = new KernelDrops(clock);
    this.peerWriter = new PeerWriter(clock, onFailure);
  }

  /** Starts the thread that all sockets need. Called once, before the first client. */
  public void start() {
    peerWriter.start();
  }

  Limits limits() {
    return limits;
  }

  Stats stats() {
    return stats;
  }

  MonotonicClock clock() {
    return clock;
  }

  MemoryBudget memory() {
    return memory.budget();
  }

  /** The pool of credit for sending to peers. */
  CreditPool credits() {
    return credits;
  }

  /** Buffers for bytes that wait for a peer. */
  BufferPool segments() {
    return memory.segments();
  }

  /** Buffers for frames of data that are being built. */
  BufferPool frames() {
    return memory.frames();
  }

  Resolver resolver() {
    return resolver;
  }

  TlsClients tls() {
    return tls;
  }

  KernelDrops drops() {
    return drops;
  }

  EgressRule egress() {
    return egress;
  }

  PeerSockets sockets() {
    return sockets;
  }

  /** Protects a port that the daemon listens on: no client can reach it through the daemon itself. */
  public void protectPort(int port) {
    egress.protectPort(port);
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

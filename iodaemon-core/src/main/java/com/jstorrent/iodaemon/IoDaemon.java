package com.jstorrent.iodaemon;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.stats.Counters;
import com.jstorrent.iodaemon.stats.DaemonHealth.State;
import com.jstorrent.iodaemon.stats.DaemonHealth;
import com.jstorrent.iodaemon.stats.DaemonReport;
import com.jstorrent.iodaemon.stats.SessionReport;
import com.jstorrent.iodaemon.time.AwakeClock;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BoundTransport;
import com.jstorrent.iodaemon.transport.ServerTransport;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon: relays the sockets of its clients and serves files, through the transports that it was
 * given. Created by {@link #builder}, started once and closed once. Any thread may call its methods.
 *
 * <p><b>Threads.</b> Building a daemon starts no threads; {@link #start} starts those that it needs.
 * All are daemon threads named {@code iodaemon-…}, except {@code iodaemon-shutdown}, on which a daemon
 * closes itself. So a running daemon does not keep a JVM alive, and a program that does nothing else
 * calls {@link #awaitClosed} on its main thread. The daemon never ends the JVM, sets no signal handlers
 * and installs no shutdown hook: whether it is closed when the JVM ends is the embedder's decision.
 * After {@link #close} its threads end by themselves.
 *
 * <p>No method reveals the token, and the caller cannot change the daemon through any data that a
 * method returns.
 *
 * @since 1.0
 */
public final class IoDaemon implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IoDaemon.class);

  private final DaemonListener listener;
  private final List<ServerTransport> transports;
  private final Services services;
  private final Deque<BoundTransport> bound = new ArrayDeque<>(); // guarded by this; in reverse order of start
  private boolean closed; // guarded by this
  private final AtomicBoolean begun = new AtomicBoolean();
  private final @Nullable AwakeClock ownClock;
  private volatile State state = State.NEW;
  private final AtomicBoolean shutdownRequested = new AtomicBoolean();
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile int port;

  IoDaemon(IoDaemonBuilder builder) throws IOException {
    transports = List.copyOf(builder.transports);
    ownClock =
        builder.clock == null ? AwakeClock.unstarted(builder.listener::onFailed) : null;
    MonotonicClock clock = ownClock == null ? builder.clock : ownClock;
    try {
      services = new Services(builder, clock, this::requestShutdown);
    } catch (IOException | RuntimeException e) {
      if (ownClock != null) { // another one may be used for the next attempt to build a daemon
        ownClock.close();
      }
      throw e;
    }
    listener = services.listener();
  }

  /** A builder with the default settings, and without a token, which it needs. */
  public static IoDaemonBuilder builder() {
    return new IoDaemonBuilder();
  }

  /**
   * Starts the transports. When it returns, clients are served.
   *
   * @return this daemon
   * @throws IOException when a transport cannot start, with a sentence that says why; the daemon is
   *     then closed
   * @throws IllegalStateException when it was started before
   */
  public synchronized IoDaemon start() throws IOException {
    if (closed || !begun.compareAndSet(false, true)) {
      throw new IllegalStateException("A daemon is started once; build another one.");
    }
    try {
      if (ownClock != null) {
        ownClock.start();
      }
      services.start();
      for (ServerTransport transport : transports) {
        bound.push(transport.start(services));
        services.protectPort(bound.element().port());
        port = port == 0 ? bound.element().port() : port;
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
    state = State.RUNNING;
    listener.onStarted(port);
    return this;
  }

  /** Whether clients are served: {@link #start} has returned, and nothing has closed it yet. */
  public boolean isRunning() {
    return state == State.RUNNING;
  }

  /**
   * The TCP port on 127.0.0.1 that clients connect to: that of the first transport that has one, or 0
   * when none has. It can still be asked for after the end.
   *
   * @throws IllegalStateException before {@link #start}, when it is not known yet
   */
  public int port() {
    if (state == State.NEW) {
      throw new IllegalStateException(
          "The daemon has no port yet; call start() before port().");
    }
    return port;
  }

  /** The daemon's counters, read-only; their values change while it runs. */
  public Counters stats() {
    return services.counters();
  }

  /** A snapshot of the authenticated sessions, including parked ones. */
  public List<SessionReport> sessions() {
    return services.directory().report().sessions();
  }

  /** The daemon's current health. Does not block, so it says nothing about disks. */
  public DaemonHealth health() {
    State now = state;
    DaemonReport report = services.directory().report();
    return new DaemonHealth(
        now, now == State.NEW ? 0 : port, report.uptime(), report.sessions().size(),
        services.held());
  }

  /** The download roots, in the order in which they were given; the list is immutable. */
  public List<DownloadRoot> roots() {
    return services.downloadRoots().all();
  }

  /**
   * Replaces all download roots. Takes effect with the next request; clients on {@code /control} are
   * notified. The folders need not exist. Does not block.
   *
   * @throws IllegalArgumentException when two roots have the same key; nothing has changed then
   */
  public void replaceRoots(Collection<DownloadRoot> roots) {
    Objects.requireNonNull(roots, "roots must not be null.");
    services.downloadRoots().replace(List.copyOf(roots));
  }

  /** The state, the port and the number of sessions, for logs; omits the token and all paths. */
  @Override
  public String toString() {
    return switch (state) {
      case NEW -> "IoDaemon[not started]";
      case RUNNING ->
          "IoDaemon[running, port " + port + ", sessions " + sessions().size() + "]";
      case CLOSED -> "IoDaemon[closed]";
    };
  }

  /**
   * Stops taking requests, closes every session with status 1001 and lets writes in progress finish.
   * Blocks until that is done: usually for a moment, and for up to twelve seconds when requests and
   * disks do not end; files on a disk that does not answer are then left open. Closing again does
   * nothing. A daemon that was never started can be closed too, to release what it holds.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    state = State.CLOSED;
    try {
      services.cancel();
      bound.forEach(BoundTransport::drain);
      services.closeSessions();
      bound.forEach(BoundTransport::close);
      services.close();
      if (begun.get()) {
        listener.onStopped();
      }
    } finally {
      over.countDown();
    }
  }

  /**
   * Waits until the daemon is closed: by {@link #close}, by a client's request (PROTOCOL.md § 5.4), or
   * by {@link IoDaemonBuilder#idleTimeout}. Meant for the main thread of a program that only runs a
   * daemon, because the daemon's threads do not keep the JVM alive. When it returns, all transports
   * have ended.
   *
   * @throws InterruptedException when the waiting thread is interrupted; the daemon goes on
   */
  public void awaitClosed() throws InterruptedException {
    over.await();
  }

  /** Closes on a separate thread, because closing waits for the threads that may ask for it. */
  private void requestShutdown() {
    if (shutdownRequested.compareAndSet(false, true)) {
      LOG.info("The daemon was asked to end.");
      Thread.ofPlatform().name("iodaemon-shutdown").start(this::close);
    }
  }
}

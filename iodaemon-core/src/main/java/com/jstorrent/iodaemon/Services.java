package com.jstorrent.iodaemon;

import com.jstorrent.iodaemon.access.AccessPolicy;
import com.jstorrent.iodaemon.config.AllowedOrigins;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.DownloadRoots;
import com.jstorrent.iodaemon.file.FileHandles;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.RootWatch;
import com.jstorrent.iodaemon.hash.HashService;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.net.SharedNet;
import com.jstorrent.iodaemon.session.Sessions;
import com.jstorrent.iodaemon.stats.Counters;
import com.jstorrent.iodaemon.stats.DaemonHealth;
import com.jstorrent.iodaemon.stats.live.CounterHistory;
import com.jstorrent.iodaemon.stats.live.ProcessUse;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.stream.StreamService;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.DaemonMemory;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import com.jstorrent.iodaemon.transport.service.Activity;
import com.jstorrent.iodaemon.transport.service.RequestServices;
import com.jstorrent.iodaemon.transport.service.SessionDirectory;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a daemon, in the order in which they need each other. */
final class Services implements RequestServices, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Services.class);

  /** Clients may use the size of the heap divided by this number. */
  private static final int HEAP_DIVISOR = 4;

  private final Limits limits;
  private final Stats stats;
  private final CounterHistory history;
  private final DaemonMemory memory;
  private final AccessPolicy access;
  private final Profile.@Nullable Source profile;
  private final MonotonicClock clock;
  private final DownloadRoots roots;
  private final FileService files;
  private final RootWatch watch;
  private final FileHandles handles;
  private final StreamService streams;
  private final HashService hashes;
  private final SharedNet net;
  private final Sessions sessions;
  private final Runnable shutdown;
  private final IdleWatch idle;
  private final DaemonListener listener;

  Services(IoDaemonBuilder builder, MonotonicClock clock, Runnable shutdown)
      throws IOException {
    this.clock = clock;
    this.shutdown = shutdown;
    limits = builder.limits;
    profile = builder.profile;
    listener = builder.listener;
    stats = new Stats(clock::nanoTime);
    new ProcessUse().addTo(stats);
    history = new CounterHistory(stats, clock::nanoTime);
    memory = memory(limits, stats, clock, listener);
    access =
        new AccessPolicy(
            builder.requireToken(),
            new AllowedOrigins(builder.origins, builder.anyLocalOrigin),
            limits.failureDelay(),
            clock::nanoTime);
    idle = new IdleWatch(builder.idleTimeout, clock, shutdown);
    roots = new DownloadRoots(builder.roots);
    files = new FileService(roots, limits.openFiles(), stats, clock::nanoTime);
    watch = new RootWatch(files.folders(), limits.rootCheck(), clock);
    roots.onReplaced(watch::checkInBackground);
    handles = new FileHandles(files, limits, stats, clock, memory.budget());
    hashes = new HashService(files, stats);
    streams = new StreamService(limits, stats, clock);
    net =
        new SharedNet(
            limits,
            stats,
            clock,
            memory,
            builder.network,
            listener::onFailed);
    sessions =
        new Sessions(
            limits,
            stats,
            access,
            clock,
            net,
            watch,
            handles.andThen(idle).andThen(listener),
            builder.folderPicker,
            streams,
            Version.current());
    clock.scheduleWithFixedDelay(Limits.HISTORY_PERIOD, history::sample); // last: a failure before leaves no task
  }

  private static DaemonMemory memory(
      Limits limits, Stats stats, MonotonicClock clock, DaemonListener listener) {
    long heap = Runtime.getRuntime().maxMemory() / HEAP_DIVISOR;
    return new DaemonMemory(
        new MemoryBudget(limits.memoryBytes(), heap, stats, clock),
        BufferPool.trimmed(
            Limits.FRAME_BUFFER_BYTES,
            Limits.IDLE_FRAME_BUFFERS,
            clock,
            listener::onBuffersDiscarded),
        BufferPool.trimmed(
            Limits.SEGMENT_BYTES, Limits.IDLE_SEGMENTS, clock, listener::onBuffersDiscarded));
  }

  /**
   * The listener for events in the daemon, which notifies the daemon's own parts first, then the
   * embedder.
   */
  DaemonListener listener() {
    return idle.andThen(listener);
  }

  /** Starts the threads that serve all clients. */
  void start() {
    net.start();
  }

  /** Forbids clients' sockets to connect to this port of the daemon itself. */
  void protectPort(int port) {
    net.protectPort(port);
  }

  /** Cancels and rolls back operations that may take long. Does not wait. */
  void cancel() {
    files.cancel();
  }

  void closeSessions() {
    sessions.close();
  }

  /** How much memory clients hold, and how much they may hold. */
  DaemonHealth.HeldMemory held() {
    return new DaemonHealth.HeldMemory(memory.budget().used(), memory.budget().limit());
  }

  /** A read-only view of the counters. */
  Counters counters() {
    return stats.readOnly();
  }

  DownloadRoots downloadRoots() {
    return roots;
  }

  @Override
  public SessionAcceptor sessions() {
    return sessions;
  }

  @Override
  public SessionDirectory directory() {
    return sessions.directory();
  }

  @Override
  public RootWatch roots() {
    return watch;
  }

  @Override
  public synchronized void reload() throws OperationFailure {
    if (profile == null) {
      return;
    }
    try {
      Profile fresh = profile.read();
      roots.replace(fresh.roots()); // checks them before it changes anything
      access.replaceOrigins(fresh.origins());
    } catch (IOException e) {
      LOG.warn("The profile was not read again: {}", e.getMessage());
      throw new OperationFailure(
          FailureCode.EIO, "The profile cannot be read; nothing has changed.");
    } catch (IllegalArgumentException e) {
      throw new OperationFailure(
          FailureCode.EIO, "The profile makes no sense; nothing has changed.");
    }
  }

  @Override
  public AccessPolicy access() {
    return access;
  }

  @Override
  public FileService files() {
    return files;
  }

  @Override
  public FileHandles handles() {
    return handles;
  }

  @Override
  public StreamService streams() {
    return streams;
  }

  @Override
  public HashService hashes() {
    return hashes;
  }

  @Override
  public Stats stats() {
    return stats;
  }

  @Override
  public CounterHistory history() {
    return history;
  }

  @Override
  public DaemonMemory memory() {
    return memory;
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public MonotonicClock clock() {
    return clock;
  }

  @Override
  public Activity activity() {
    return idle;
  }

  @Override
  public void requestShutdown() {
    shutdown.run();
  }

  @Override
  public void reportFailure(Throwable cause) {
    listener.onFailed(cause);
  }

  @Override
  public void close() {
    BoundedClose.run(Deadline.in(Limits.SHUTDOWN_GRACE, clock), files::close);
    hashes.close();
    net.close();
    clock.close();
  }
}

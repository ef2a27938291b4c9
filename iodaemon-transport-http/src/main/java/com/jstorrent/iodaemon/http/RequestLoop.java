package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.route.Reply;
import com.jstorrent.iodaemon.http.route.Routes;
import com.jstorrent.iodaemon.http.wire.ConnectionClocks;
import com.jstorrent.iodaemon.http.wire.HttpConnection;
import com.jstorrent.iodaemon.http.wire.LoopbackListener;
import com.jstorrent.iodaemon.http.wire.Request;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.transport.Activity;
import com.jstorrent.iodaemon.transport.DaemonServices;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the requests of a connection until one side ends it. A busy connection has a platform thread;
 * an idle one waits on a virtual thread. Thread-safe.
 */
final class RequestLoop implements LoopbackListener.Handler {
  private static final Logger LOG = LoggerFactory.getLogger(RequestLoop.class);

  /** How long an idle connection keeps its platform thread, beyond those that keep it for longer. */
  private static final Duration BUSY_PAUSE = Duration.ofSeconds(1);

  private final Limits limits;
  private final Stats stats;
  private final RequestGate gate;
  private final Endpoints endpoints;
  private final ConnectionClocks clocks;
  private final Activity activity;
  private final Duration busyPause;
  private final Semaphore resting = new Semaphore(Limits.RESTING_THREADS);
  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  RequestLoop(DaemonServices services, List<UpgradeHook> upgrades) {
    limits = services.limits();
    stats = services.stats();
    clocks = new ConnectionClocks(limits, services.clock());
    activity = services.activity();
    busyPause = BUSY_PAUSE.compareTo(limits.keepAlive()) < 0 ? BUSY_PAUSE : limits.keepAlive();
    gate = new RequestGate(services.access(), stats);
    endpoints = new Endpoints(Routes.of(services), upgrades);
  }

  /**
   * Blocks until the connection ends; the caller then closes the channel.
   *
   * @throws IOException when the connection breaks
   */
  @Override
  public void serve(SocketChannel channel) throws IOException {
    stats.increment(Counter.HTTP_CONNECTIONS);
    try {
      Upgrade upgrade = serveRequests(new HttpConnection(channel, limits, clocks));
      if (upgrade != null) {
        serve(upgrade);
      }
    } finally {
      stats.decrement(Counter.HTTP_CONNECTIONS);
    }
  }

  private void serve(Upgrade upgrade) throws IOException {
    boolean active = upgrade.request().authenticated();
    if (active) {
      activity.begin();
    }
    try {
      upgrade.hook().serve(upgrade.request());
    } finally {
      if (active) {
        activity.end();
      }
    }
  }

  /** Null when the connection has to end. */
  private @Nullable Upgrade serveRequests(HttpConnection connection) throws IOException {
    AtomicReference<@Nullable Upgrade> upgrade = new AtomicReference<>();
    connections.add(connection);
    try {
      int port = ((InetSocketAddress) connection.channel().getLocalAddress()).getPort();
      Responder responder = new Responder(connection);
      boolean more = true;
      while (more && hasRequest(connection, limits.keepAlive(), false)) {
        more = onPlatformThread(() -> serveWhileBusy(connection, responder, port, upgrade));
      }
      return upgrade.get();
    } finally {
      connections.remove(connection);
      connection.release();
    }
  }

  private boolean answer(Exchange exchange, Responder responder) throws IOException {
    if (!exchange.isAuthenticated()) {
      return exchange.run(responder, () -> draining);
    }
    activity.begin();
    try {
      return exchange.run(responder, () -> draining);
    } finally {
      activity.end();
    }
  }

  /**
   * Runs the work on a platform thread, for the reason given in ARCHITECTURE.md, while the calling
   * virtual thread waits. When the system has no thread left, the work runs on the calling one.
   */
  private static boolean onPlatformThread(Callable<Boolean> work) throws IOException {
    FutureTask<Boolean> task = new FutureTask<>(work);
    try {
      Thread.ofPlatform().daemon().name("iodaemon-connection").start(task);
    } catch (OutOfMemoryError e) {
      LOG.warn("The system has no thread left for a connection.");
      task.run();
    }
    try {
      return task.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException broken -> throw broken;
        case RuntimeException defect -> throw defect;
        case Error error -> throw error;
        default -> throw new IllegalStateException(e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /** Answers requests until none follows soon; false when the connection has to end. */
  private boolean serveWhileBusy(
      HttpConnection connection,
      Responder responder,
      int port,
      AtomicReference<@Nullable Upgrade> upgrade)
      throws IOException {
    do {
      Request request = next(connection, responder);
      if (request == null) {
        return false;
      }
      Exchange exchange = new Exchange(connection, request, endpoints, gate, port);
      if (!answer(exchange, responder)) {
        upgrade.set(exchange.upgrade());
        return false;
      }
    } while (hasMore(connection));
    return true;
  }

  /**
   * Waits for the next request. A platform thread needs more memory than all buffers of its connection,
   * but handing over to one takes longer than a small request: so a few idle connections keep theirs
   * until the keep-alive timeout.
   */
  private boolean hasMore(HttpConnection connection) throws IOException {
    if (!resting.tryAcquire()) {
      return hasRequest(connection, busyPause, false);
    }
    try {
      return hasRequest(connection, limits.keepAlive(), true);
    } finally {
      resting.release();
    }
  }

  /** Waits for the first bytes of a request; meanwhile {@link #drain} may close the connection. */
  private boolean hasRequest(HttpConnection connection, Duration time, boolean last)
      throws IOException {
    connection.setIdle(true);
    try {
      return !draining && connection.awaitRequest(time, last);
    } finally {
      connection.setIdle(false);
    }
  }

  /** Null when no request follows; one that could not be read has been answered. */
  private @Nullable Request next(HttpConnection connection, Responder responder)
      throws IOException {
    IOException failure;
    try {
      Request request = connection.next();
      if (request != null) {
        stats.increment(Counter.HTTP_REQUESTS);
      }
      return request;
    } catch (IOException e) {
      failure = e;
    }
    Reply refusal = Failures.ofUnreadable(failure);
    if (refusal != null) {
      responder.send(null, refusal, true);
    }
    return null;
  }

  /** Closes idle connections; the others end with the answer to their current request. */
  @Override
  public void drain() {
    draining = true;
    for (HttpConnection connection : connections) {
      if (connection.isIdle()) {
        try {
          connection.channel().close();
        } catch (IOException e) {
          LOG.trace("A connection did not close cleanly: {}", e.toString());
        }
      }
    }
  }
}

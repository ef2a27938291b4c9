package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.route.Reply;
import com.jstorrent.iodaemon.http.route.Routes;
import com.jstorrent.iodaemon.http.wire.ConnectionClocks;
import com.jstorrent.iodaemon.http.wire.HttpConnection;
import com.jstorrent.iodaemon.http.wire.LoopbackListener;
import com.jstorrent.iodaemon.http.wire.Request;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.transport.service.Activity;
import com.jstorrent.iodaemon.transport.service.RequestServices;
import com.jstorrent.iodaemon.work.PlatformThread;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the requests of a connection until one side ends it. A busy connection has a platform thread
 * while there is one for it; otherwise, and while it is idle, a virtual thread serves it. Thread-safe.
 */
final class RequestLoop implements LoopbackListener.Handler {
  private static final Logger LOG = LoggerFactory.getLogger(RequestLoop.class);

  /** How long an idle connection keeps its platform thread, unless it is one of the few that keep it for longer. */
  private static final Duration BUSY_PAUSE = Duration.ofSeconds(1);

  private final Limits limits;
  private final Stats stats;
  private final RequestGate gate;
  private final Endpoints endpoints;
  private final ConnectionClocks clocks;
  private final Activity activity;
  private final Duration busyPause;
  private final Semaphore threads = new Semaphore(Limits.HTTP_THREADS);
  private final Semaphore idleThreads = new Semaphore(Limits.RESTING_THREADS);
  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  RequestLoop(RequestServices services, List<UpgradeHook> upgrades) {
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
  public void serve(SocketChannel channel, Runnable exempt) throws IOException {
    stats.increment(Counter.HTTP_CONNECTIONS);
    try {
      Upgrade upgrade = serveRequests(new HttpConnection(channel, limits, clocks, exempt));
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
    connections.add(connection);
    try {
      return new Requests(connection).serve();
    } finally {
      connections.remove(connection);
      connection.release();
    }
  }

  /** The requests of one connection, one after the other. */
  private final class Requests {
    private final HttpConnection connection;
    private final Responder responder;
    private final int port;
    private @Nullable Upgrade upgrade; // set when the connection is handed to another protocol

    Requests(HttpConnection connection) throws IOException {
      this.connection = connection;
      this.responder = new Responder(connection);
      this.port = ((InetSocketAddress) connection.channel().getLocalAddress()).getPort();
    }

    /**
     * Blocks until no further request can follow.
     *
     * @return the protocol that the connection is handed to; null when it has to end
     */
    @Nullable
    Upgrade serve() throws IOException {
      while (hasRequest(limits.keepAlive(), false) && answerOnSomeThread()) {
        connection.releaseIdleMemory();
      }
      return upgrade;
    }

    /**
     * Never waits for a thread: slow clients may hold all of them for long. Those that have not shown the token get
     * none.
     */
    private boolean answerOnSomeThread() throws IOException {
      Exchange next = next();
      if (next == null) {
        return false;
      }
      if (!next.isAuthenticated() || !threads.tryAcquire()) {
        return answer(next);
      }
      try {
        return PlatformThread.run("iodaemon-connection", () -> answerWhileBusy(next));
      } finally {
        threads.release();
      }
    }

    /** Answers requests until none follows soon; false when no further one can follow. */
    private boolean answerWhileBusy(Exchange first) throws IOException {
      Exchange next = first;
      do {
        if (!answer(next)) {
          return false;
        }
        if (!hasMore()) {
          return true;
        }
        next = next();
      } while (next != null);
      return false;
    }

    private boolean answer(Exchange next) throws IOException {
      if (next.isAuthenticated()) {
        connection.exemptFromEviction();
        activity.begin();
      }
      try {
        return next.run(responder, () -> draining);
      } finally {
        upgrade = next.upgrade();
        if (next.isAuthenticated()) {
          activity.end();
        }
      }
    }

    /**
     * Waits for the next request. A platform thread needs more memory than all buffers of its
     * connection, but handing over to one takes longer than a small request: so a few idle connections
     * keep theirs until the keep-alive timeout.
     */
    private boolean hasMore() throws IOException {
      if (!idleThreads.tryAcquire()) {
        return hasRequest(busyPause, false);
      }
      try {
        return hasRequest(limits.keepAlive(), true);
      } finally {
        idleThreads.release();
      }
    }

    /** Waits for the first bytes of a request; meanwhile {@link #drain} may close the connection. */
    private boolean hasRequest(Duration time, boolean last) throws IOException {
      connection.setIdle(true);
      try {
        return !draining && connection.awaitRequest(time, last);
      } finally {
        connection.setIdle(false);
      }
    }

    /** Null when no request follows; one that could not be read has been answered. */
    private @Nullable Exchange next() throws IOException {
      IOException failure;
      try {
        Request request = connection.next();
        if (request == null) {
          return null;
        }
        stats.increment(Counter.HTTP_REQUESTS);
        return new Exchange(connection, request, endpoints, gate, port);
      } catch (IOException e) {
        failure = e;
      }
      Reply refusal = Failures.ofUnreadable(failure);
      if (refusal != null) {
        responder.send(null, refusal, true);
      }
      return null;
    }
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

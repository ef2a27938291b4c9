package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.net.SharedNet;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.transport.AccessPolicy;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The sessions of a daemon: starts one for each connection, and ends them all with the daemon. */
public final class Sessions implements SessionAcceptor, AutoCloseable {
  private final SessionContext context;
  private final Map<Session, Thread> relays = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();

  public Sessions(
      Limits limits,
      Stats stats,
      AccessPolicy access,
      ScheduledExecutorService timer,
      SharedNet net,
      DaemonListener listener,
      String version) {
    context =
        new SessionContext(
            limits, stats, access, timer, net, listener, version, relays::remove);
  }

  @Override
  public FrameReceiver accept(FrameConnection connection, ConnectionInfo info) {
    long number = numbers.incrementAndGet();
    Session session;
    try {
      session = new Session(number, connection, info, context);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread relay = new Thread(session::relay, "iodaemon-relay-" + number);
    relay.setDaemon(true);
    relays.put(session, relay);
    relay.start();
    return session;
  }

  /** Closes every session with 1001 and waits a bounded time for what is on its way. */
  @Override
  public void close() {
    Map<Session, Thread> open = Map.copyOf(relays);
    open.keySet().forEach(session -> session.close(CloseReason.GOING_AWAY));
    long deadline =
        System.nanoTime() + Limits.CLOSE_HANDSHAKE.plus(Duration.ofSeconds(1)).toNanos();
    try {
      for (Thread relay : open.values()) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        relay.join(Math.max(1, left));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

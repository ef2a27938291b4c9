package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.event.FolderPicker;
import com.jstorrent.iodaemon.file.RootWatch;
import com.jstorrent.iodaemon.net.SharedNet;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.stream.StreamService;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.AccessPolicy;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import com.jstorrent.iodaemon.transport.SessionDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of a daemon: starts one for each connection, and ends them all with the daemon. */
public final class Sessions implements SessionAcceptor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  /** The closing handshake, and what may come behind it. */
  private static final Duration PATIENCE = Limits.CLOSE_HANDSHAKE.plusSeconds(2);

  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private final AtomicLong numbers = new AtomicLong();
  private final Directory directory;
  private final SessionContext context;
  private volatile boolean closed;

  /**
   * @param folderPicker for clients on {@code /control}
   */
  public Sessions(
      Limits limits,
      Stats stats,
      AccessPolicy access,
      MonotonicClock clock,
      SharedNet net,
      RootWatch roots,
      DaemonListener listener,
      FolderPicker folderPicker,
      StreamService streams,
      String version) {
    Tickets tickets = new Tickets();
    directory = new Directory(sessions, tickets, stats, version);
    context =
        new SessionContext(
            limits,
            stats,
            access,
            clock,
            net,
            listener,
            new Strangers(),
            new ControlRoom(roots, directory::report, clock),
            folderPicker,
            tickets,
            new Parking(limits, stats, clock),
            streams,
            version,
            sessions::remove);
  }

  @Override
  public FrameReceiver accept(FrameConnection connection, ConnectionInfo info) {
    long number = numbers.incrementAndGet();
    Session session;
    try {
      session = new Session(number, FrameLog.around(connection, number), info, context);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread relay = new Thread(session::relay, "iodaemon-relay-" + number);
    relay.setDaemon(true);
    relay.setUncaughtExceptionHandler(this::relayFailed);
    sessions.add(session);
    try {
      relay.start();
    } catch (OutOfMemoryError e) { // threads run out and come back, as descriptors do
      session.abandon();
      LOG.warn("A session ends: the system has no thread left for it.");
      throw new UncheckedIOException(new IOException("The system has no thread left.", e));
    }
    if (closed) {
      session.close(CloseReason.GOING_AWAY);
    }
    return FrameLog.around(session, number);
  }

  private void relayFailed(Thread relay, Throwable cause) {
    if (cause instanceof OutOfMemoryError) {
      context.listener().onFailed(cause);
    } else {
      LOG.error("A session ends because of a defect.", cause);
    }
  }

  @Override
  public boolean takesStrangers() {
    return context.strangers().hasRoom();
  }

  /** Looks at them from outside. */
  public SessionDirectory directory() {
    return directory;
  }

  /** Ends the parked sessions, closes every other one with 1001 and waits a bounded time for what is on its way. */
  @Override
  public void close() {
    closed = true;
    Set<Session> open = Set.copyOf(sessions);
    open.forEach(session -> session.close(CloseReason.GOING_AWAY));
    long deadline = context.clock().nanoTime() + PATIENCE.toNanos();
    try {
      for (Session session : open) {
        if (!session.awaitEnd(deadline - context.clock().nanoTime())) {
          LOG.warn("A session did not end in time.");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    context.parking().close();
  }
}

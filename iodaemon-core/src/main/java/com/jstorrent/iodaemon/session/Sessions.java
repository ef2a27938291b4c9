package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.access.AccessPolicy;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.event.FolderPicker;
import com.jstorrent.iodaemon.file.RootWatch;
import com.jstorrent.iodaemon.net.SharedNet;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.stream.StreamService;
import com.jstorrent.iodaemon.time.Deadline;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.FrameConnection;
import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import com.jstorrent.iodaemon.transport.service.SessionDirectory;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of a daemon: starts one for each connection, and ends them all with the daemon. */
public final class Sessions implements SessionAcceptor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  /** The time for the closing handshake, and for what may come after it. */
  private static final Duration CLOSE_TIME = Limits.CLOSE_HANDSHAKE.plusSeconds(2);

  private final Set<Client> clients = ConcurrentHashMap.newKeySet();
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
    directory = new Directory(clients, stats, version);
    context =
        new SessionContext(
            limits,
            stats,
            access,
            clock,
            net,
            listener,
            new UnauthenticatedSlots(),
            new ControlClients(roots, directory::report, clock),
            folderPicker,
            new ResumeTickets(),
            new DisconnectedClients(stats, clock),
            streams,
            version,
            clients::remove);
  }

  @Override
  public FrameReceiver accept(FrameConnection connection, ConnectionInfo info) {
    long number = numbers.incrementAndGet();
    ClientConnection receiver =
        new ClientConnection(number, FrameLog.around(connection, number), info, context);
    Client client = receiver.client();
    clients.add(client);
    if (closed) {
      client.close(CloseReason.GOING_AWAY);
    }
    return FrameLog.around(receiver, number);
  }

  @Override
  public boolean acceptsUnauthenticated() {
    return context.unauthenticated().hasRoom();
  }

  /** Reports and acts on the sessions from outside. */
  public SessionDirectory directory() {
    return directory;
  }

  /**
   * Ends the clients that have no connection, closes every other one with 1001 and waits a bounded time
   * for them to end.
   */
  @Override
  public void close() {
    closed = true;
    context.disconnected().close();
    Set<Client> open = Set.copyOf(clients);
    open.forEach(client -> client.close(CloseReason.GOING_AWAY));
    Deadline deadline = Deadline.in(CLOSE_TIME, context.clock());
    try {
      for (Client client : open) {
        if (!client.awaitEnd(deadline)) {
          LOG.warn("A session did not end in time.");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.DaemonReport;
import com.jstorrent.iodaemon.stats.SessionReport;
import com.jstorrent.iodaemon.stats.SocketReport;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.transport.Endpoint;
import com.jstorrent.iodaemon.transport.SessionDirectory;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Looks at the sessions of a daemon, and at those that are parked. Thread-safe. */
final class Directory implements SessionDirectory {
  private final Collection<Session> open;
  private final Tickets tickets;
  private final Stats stats;
  private final String version;

  /**
   * @param open the sessions with a connection, as they come and go
   * @param tickets also know those that have lost it
   */
  Directory(Collection<Session> open, Tickets tickets, Stats stats, String version) {
    this.open = open;
    this.tickets = tickets;
    this.stats = stats;
    this.version = version;
  }

  @Override
  public DaemonReport report() {
    return new DaemonReport(
        version,
        stats.uptime(),
        stats.snapshot(),
        authenticated().values().stream().map(this::report).toList());
  }

  @Override
  public SortedMap<Long, List<SocketReport>> sockets() {
    SortedMap<Long, List<SocketReport>> all = new TreeMap<>();
    authenticated().forEach((number, session) -> all.put(number, sockets(session)));
    return all;
  }

  private SortedMap<Long, Session> authenticated() {
    Set<Session> all = new HashSet<>(tickets.holders());
    all.addAll(open);
    SortedMap<Long, Session> byNumber = new TreeMap<>();
    for (Session session : all) {
      if (session.presence().announced()) {
        byNumber.put(session.presence().info().number(), session);
      }
    }
    return byNumber;
  }

  private static List<SocketReport> sockets(Session session) {
    return session.sockets().reports().toList();
  }

  private SessionReport report(Session session) {
    Duration moved = session.sockets().idle();
    Duration idle = moved.compareTo(session.idle()) < 0 ? moved : session.idle();
    return new SessionReport(
        session.presence().info().number(),
        session.presence().info().name(),
        session.endpoint().label(),
        !open.contains(session),
        session.sockets().stats().uptime(),
        idle,
        session.sockets().blocked(),
        session.sockets().queuedToClient(),
        session.sockets().stats().snapshot());
  }

  @Override
  public int openTcp(@Nullable String name, String host, int port) throws OperationFailure {
    return required(session(name).sockets().openTcp(host, port));
  }

  @Override
  public int openUdp(@Nullable String name, String host, int port) throws OperationFailure {
    return required(session(name).sockets().openUdp(host, port));
  }

  private static int required(@Nullable Integer id) throws OperationFailure {
    if (id == null) {
      throw new OperationFailure(
          FailureCode.EBUSY, "The session has no room for another socket; close some first.");
    }
    return id;
  }

  @Override
  public void closeSocket(@Nullable String name, int socketId) throws OperationFailure {
    if (!session(name).sockets().close(socketId)) {
      throw new OperationFailure(FailureCode.ENOENT, "The session has no socket with this id.");
    }
  }

  private Session session(@Nullable String name) throws OperationFailure {
    List<Session> fitting =
        authenticated().values()
            .stream()
            .filter(session -> open.contains(session) && session.endpoint() instanceof Endpoint.Io)
            .filter(session -> name == null || name.equals(session.presence().info().name()))
            .toList();
    if (fitting.isEmpty() || name == null && fitting.size() > 1) {
      throw new OperationFailure(
          FailureCode.ESESSION,
          fitting.isEmpty()
              ? "There is no such session; connect its WebSocket first."
              : "There are several sessions; name one in X-JST-Session.");
    }
    return fitting.getLast(); // the newest: an older one of this name may be a broken connection
  }
}

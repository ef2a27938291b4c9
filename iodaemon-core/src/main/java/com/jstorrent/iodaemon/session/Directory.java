package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.DaemonReport;
import com.jstorrent.iodaemon.stats.SessionReport;
import com.jstorrent.iodaemon.stats.SocketReport;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.transport.Endpoint;
import com.jstorrent.iodaemon.transport.service.SessionDirectory;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reports and acts on the clients of a daemon, including those that have lost their connection.
 * Thread-safe.
 */
final class Directory implements SessionDirectory {
  private final Collection<Client> clients;
  private final Stats stats;
  private final String version;

  /**
   * @param clients a live view, which changes as clients come and go
   */
  Directory(Collection<Client> clients, Stats stats, String version) {
    this.clients = clients;
    this.stats = stats;
    this.version = version;
  }

  @Override
  public DaemonReport report() {
    return new DaemonReport(
        version,
        stats.uptime(),
        stats.snapshot(),
        stats.connectErrors(),
        authenticated().values().stream().map(this::report).toList());
  }

  @Override
  public SortedMap<Long, List<SocketReport>> sockets() {
    SortedMap<Long, List<SocketReport>> all = new TreeMap<>();
    authenticated().forEach((number, client) -> all.put(number, sockets(client)));
    return all;
  }

  private SortedMap<Long, Client> authenticated() {
    SortedMap<Long, Client> byNumber = new TreeMap<>();
    for (Client client : clients) {
      SessionIdentity identity = client.identity();
      if (identity.announced()) {
        byNumber.put(identity.info().number(), client);
      }
    }
    return byNumber;
  }

  private static List<SocketReport> sockets(Client client) {
    return client.sockets().reports().toList();
  }

  private SessionReport report(Client client) {
    SessionIdentity identity = client.identity();
    Stats counted = client.link().stats();
    return new SessionReport(
        new SessionReport.Name(
            identity.info().number(), identity.info().name(), identity.endpoint().label()),
        !client.isConnected(),
        new SessionReport.Times(counted.uptime(), client.idle(), client.link().blocked()),
        client.link().queuedBytes(),
        counted.snapshot());
  }

  @Override
  public int openTcp(@Nullable String name, String host, int port) throws OperationFailure {
    return required(client(name).sockets().openTcp(host, port));
  }

  @Override
  public int openUdp(@Nullable String name, String host, int port) throws OperationFailure {
    return required(client(name).sockets().openUdp(host, port));
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
    require(client(name).sockets().close(socketId));
  }

  @Override
  public void closeSocket(long number, int socketId) throws OperationFailure {
    Client client = authenticated().get(number);
    if (client == null) {
      throw new OperationFailure(
          FailureCode.ESESSION,
          "There is no session with this number; the statistics list those that there are.");
    }
    require(client.sockets().abort(socketId));
  }

  private static void require(boolean found) throws OperationFailure {
    if (!found) {
      throw new OperationFailure(FailureCode.ENOENT, "The session has no socket with this id.");
    }
  }

  private Client client(@Nullable String name) throws OperationFailure {
    List<Client> fitting =
        authenticated().values().stream().filter(each -> fits(each, name)).toList();
    if (fitting.isEmpty() || name == null && fitting.size() > 1) {
      throw new OperationFailure(
          FailureCode.ESESSION,
          fitting.isEmpty()
              ? "There is no such session; connect its WebSocket first."
              : "There are several sessions; name one in X-JST-Session.");
    }
    return fitting.getLast(); // the newest: an older one of this name may be a broken connection
  }

  private static boolean fits(Client client, @Nullable String name) {
    SessionIdentity identity = client.identity();
    return client.isConnected()
        && identity.endpoint() instanceof Endpoint.Io
        && (name == null || name.equals(identity.info().name()));
  }
}

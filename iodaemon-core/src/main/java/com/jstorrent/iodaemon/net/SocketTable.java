package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The ids of one connection (PROTOCOL.md § 3): sockets in one space, servers in another. An entry
 * exists from the request on, so the id of a socket that is still connecting is in use, and the socket
 * counts as memory. Thread-safe.
 */
final class SocketTable {
  /** The first id for accepted sockets; clients choose lower ones by convention only. */
  private static final int FIRST_ACCEPTED_ID = 0x8000_0000;

  private final MemoryAccount memory;
  private final ConcurrentMap<Integer, PeerSocket> sockets = new ConcurrentHashMap<>();
  private final ConcurrentMap<Integer, PeerSocket> closing = new ConcurrentHashMap<>();
  private final ReentrantLock closeLock = new ReentrantLock();
  private final Set<PeerSocket> counted = ConcurrentHashMap.newKeySet(); // those that memory was taken for
  private final ConcurrentMap<Integer, PeerSocket> servers = new ConcurrentHashMap<>();
  private final AtomicInteger nextAccepted = new AtomicInteger(FIRST_ACCEPTED_ID);
  private final StoppedServers stopped = new StoppedServers();
  private volatile boolean used;
  private volatile boolean ended;

  /**
   * @param memory of the client
   */
  SocketTable(MemoryAccount memory) {
    this.memory = memory;
  }

  /** The socket with this id, of whatever kind. */
  @Nullable
  PeerSocket socket(int id) {
    return sockets.get(id);
  }

  /** The socket with this id, or null when there is none, or one of another kind. */
  <T extends PeerSocket> @Nullable T socket(int id, Class<T> kind) {
    PeerSocket socket = sockets.get(id);
    return kind.isInstance(socket) ? kind.cast(socket) : null;
  }

  @Nullable
  PeerSocket server(int id) {
    return servers.get(id);
  }

  /**
   * Adds the socket under its id, or returns why it cannot: the client has too many, there is no memory
   * for one more, or the id is in use.
   */
  Errno admit(PeerSocket socket, Limits limits) {
    if (sockets.size() >= limits.sockets()) {
      return Errno.EMFILE;
    }
    if (!memory.tryTake(MemoryUse.CONNECTIONS, Limits.SOCKET_BYTES)) {
      return Errno.ENOBUFS;
    }
    counted.add(socket);
    if (add(socket)) {
      return Errno.OK;
    }
    releaseMemory(socket);
    return Errno.EADDRINUSE;
  }

  /**
   * Gives back the socket's memory. May be called twice, since one thread may close a socket while
   * another reports its end.
   */
  private void releaseMemory(@Nullable PeerSocket socket) {
    if (socket != null && counted.remove(socket)) {
      memory.release(MemoryUse.CONNECTIONS, Limits.SOCKET_BYTES);
    }
  }

  /** As {@link #admit} for sockets. */
  Errno admitServer(PeerSocket server, Limits limits) {
    if (servers.size() >= limits.listeners()) {
      return Errno.EMFILE;
    }
    return addServer(server) ? Errno.OK : Errno.EADDRINUSE;
  }

  /** Returns false when the id is in use or the connection has ended. */
  private boolean add(PeerSocket socket) {
    if (sockets.putIfAbsent(socket.id(), socket) != null) {
      return false;
    }
    used = true;
    releaseMemory(closing.remove(socket.id())); // the id stands for another socket from here on
    return !(ended && sockets.remove(socket.id(), socket));
  }

  /**
   * The client has closed this socket, so its id is free. Until the id is used again the client is
   * still owed a TCP_CLOSE (PROTOCOL.md § 4.2).
   */
  void close(PeerSocket socket) {
    closeLock.lock(); // a program may close a socket through /control at the same moment as its client
    try {
      if (sockets.get(socket.id()) != socket) {
        return;
      }
      closing.put(socket.id(), socket); // first: the id may be used again from the next line on
      if (!sockets.remove(socket.id(), socket)) {
        closing.remove(socket.id(), socket); // its end has been reported already
      }
    } finally {
      closeLock.unlock();
    }
  }

  /**
   * Removes a socket that its client has closed and of which nothing is left; returns whether the
   * client is still to be told.
   */
  boolean removeClosing(PeerSocket socket) {
    return removeFrom(closing, socket) && !ended;
  }

  /** Sockets that their client has closed and whose TCP_CLOSE is still to come. */
  Collection<PeerSocket> closing() {
    return List.copyOf(closing.values());
  }

  /** Returns false when the id is in use or the connection has ended. */
  boolean addServer(PeerSocket server) {
    if (servers.putIfAbsent(server.id(), server) != null) {
      return false;
    }
    used = true;
    return !(ended && removeServer(server));
  }

  /** Removes exactly this socket: its id may have been given to another one since. */
  boolean remove(PeerSocket socket) {
    return removeFrom(sockets, socket);
  }

  private boolean removeFrom(ConcurrentMap<Integer, PeerSocket> table, PeerSocket socket) {
    boolean removed = table.remove(socket.id(), socket);
    if (removed) {
      releaseMemory(socket);
    }
    return removed;
  }

  boolean removeServer(PeerSocket server) {
    return servers.remove(server.id(), server);
  }

  /** The servers that are being stopped. */
  StoppedServers stopped() {
    return stopped;
  }

  /** Takes no more entries, so that a thread which closes all entries misses none. */
  void end() {
    ended = true;
  }

  /** An id for an accepted socket, from the upper half, that no socket uses now. */
  int nextAcceptedId() {
    int id;
    do {
      id = nextAccepted.getAndUpdate(i -> i + 1 < 0 ? i + 1 : FIRST_ACCEPTED_ID);
    } while (sockets.containsKey(id) || closing.containsKey(id));
    return id;
  }

  /** Whether there has been any socket or server. */
  boolean wasUsed() {
    return used;
  }

  /** Whether there is none now. */
  boolean isEmpty() {
    return sockets.isEmpty() && closing.isEmpty() && servers.isEmpty();
  }

  Collection<PeerSocket> sockets() {
    return List.copyOf(sockets.values());
  }

  /** The sockets of one kind. */
  <T extends PeerSocket> List<T> sockets(Class<T> kind) {
    return sockets.values().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  Collection<PeerSocket> servers() {
    return List.copyOf(servers.values());
  }
}

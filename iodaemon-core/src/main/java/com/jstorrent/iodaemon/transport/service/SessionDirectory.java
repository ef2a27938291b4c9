package com.jstorrent.iodaemon.transport.service;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.DaemonReport;
import com.jstorrent.iodaemon.stats.SocketReport;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The sessions of a daemon, to be reported and acted on from outside. Any thread; nothing blocks. */
public interface SessionDirectory {

  /** The counters, and every authenticated session, parked ones included. */
  DaemonReport report();

  /** The sockets and servers of every session, by its number. */
  SortedMap<Long, List<SocketReport>> sockets();

  /**
   * Connects a socket whose frames go to a session on {@code /io}, as TCP_CONNECT does with requestId
   * 0 (PROTOCOL.md § 5.4).
   *
   * @param session its name, which means the newest one if several have it; or null for the only one
   *     there is
   * @return the id of the socket
   * @throws OperationFailure ESESSION when there is no such session, or several and no name was given;
   *     EBUSY when it has no room for another socket
   */
  int openTcp(@Nullable String session, String host, int port) throws OperationFailure;

  /**
   * Binds a UDP socket, as UDP_BIND does with requestId 0; otherwise like {@link #openTcp}.
   *
   * @param host an address of this machine; empty for all of IPv4
   */
  int openUdp(@Nullable String session, String host, int port) throws OperationFailure;

  /**
   * Closes a TCP or UDP socket of a session, as the client itself would.
   *
   * @throws OperationFailure ESESSION as above, ENOENT when there is no such socket
   */
  void closeSocket(@Nullable String session, int socketId) throws OperationFailure;

  /**
   * Closes a TCP or UDP socket of the session with this number, which may also have lost its connection. What the
   * client has sent is written, but the client is told that the socket was aborted, because it has not asked for it.
   *
   * @throws OperationFailure ESESSION when there is no such session, ENOENT when there is no such
   *     socket
   */
  void closeSocket(long session, int socketId) throws OperationFailure;
}

package com.jstorrent.iodaemon.client.report;

import java.util.List;

/**
 * Sockets and servers, a thousand at most.
 *
 * @param sockets those that are listed
 * @param more how many others there are
 */
public record SocketReports(List<SocketReport> sockets, long more) {
  /** Copies what it is given. */
  public SocketReports {
    sockets = List.copyOf(sockets);
  }
}

package com.jstorrent.iodaemon.client.report;

import java.util.List;

/**
 * Sockets and servers, a thousand at most.
 *
 * @param sockets those that are listed
 * @param more how many others there are
 */
public record SocketList(List<SocketStats> sockets, long more) {
  /** Copies its arguments. */
  public SocketList {
    sockets = List.copyOf(sockets);
  }
}

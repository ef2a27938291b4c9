package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Stats;

/**
 * What the sockets of one connection have in common.
 *
 * @param probe makes the transport write something, which fails when the client has gone
 */
record NetContext(
    SharedNet shared,
    Relay relay,
    SocketTable table,
    SendBudget budget,
    ReaderGate gate,
    Runnable probe) {

  Stats stats() {
    return shared.stats();
  }

  Limits limits() {
    return shared.limits();
  }
}

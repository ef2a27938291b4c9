package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Stats;

/**
 * What the sockets of one client have in common.
 *
 * @param whileReaderWaits is run again and again while the client is not read
 */
record NetContext(
    SharedNet shared,
    Relay relay,
    SocketTable table,
    SendBudget budget,
    ReaderGate gate,
    Negotiated negotiated,
    Runnable whileReaderWaits) {

  Stats stats() {
    return shared.stats();
  }

  Limits limits() {
    return shared.limits();
  }
}

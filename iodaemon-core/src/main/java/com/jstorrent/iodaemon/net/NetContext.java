package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Stats;

/**
 * What the sockets of one client have in common.
 *
 * @param stats of this client
 * @param whileReaderWaits is run again and again while the client is not read
 */
record NetContext(
    SharedNet shared,
    Stats stats,
    Relay relay,
    SocketTable table,
    SendBudget budget,
    ReaderGate gate,
    Negotiated negotiated,
    Runnable whileReaderWaits) {

  Limits limits() {
    return shared.limits();
  }
}

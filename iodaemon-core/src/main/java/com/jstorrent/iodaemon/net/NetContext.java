package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.net.relay.ReaderGate;
import com.jstorrent.iodaemon.net.relay.Relay;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.time.MonotonicClock;

/**
 * What the sockets of one client have in common.
 *
 * @param stats the counters of this client
 * @param memory the account of this client
 */
record NetContext(
    SharedNet shared,
    Stats stats,
    MemoryAccount memory,
    Relay relay,
    SocketTable table,
    SendBudget budget,
    ReaderGate gate,
    Negotiated negotiated) {

  Limits limits() {
    return shared.limits();
  }

  MonotonicClock clock() {
    return shared.clock();
  }

  /** How much the peer of a new socket may send to the client (PROTOCOL.md § 9.2). */
  Credit newCredit() {
    return negotiated.has(Capability.CREDIT)
        ? Credit.of(limits().creditBytes())
        : Credit.unlimited();
  }
}

package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;

/**
 * Where requests of one kind take their memory from.
 *
 * @param budget of the daemon
 * @param share how much of it they may have together
 * @param use what it is counted as
 */
record MemorySource(MemoryBudget budget, Share share, MemoryUse use) {

  /** The most bytes that they can ever have. */
  long most() {
    return budget.most(share, use);
  }

  MemoryAccount open(MemoryAccount.Holder holder) {
    return budget.open(share, holder);
  }
}

package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.random.RandomId;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The clients that may resume, by the ticket that each has been given (PROTOCOL.md § 9.3).
 * Thread-safe.
 */
final class ResumeTickets {
  private final ConcurrentMap<String, Client> holders = new ConcurrentHashMap<>();

  /** A ticket that stands for nothing yet. A client that guessed one would need the token as well. */
  String draw() {
    return RandomId.draw();
  }

  /** Makes the ticket stand for this client and no other one. */
  void give(String ticket, Client client) {
    holders.put(ticket, client);
  }

  /** Makes the ticket void, unless it stands for another client by now. */
  void take(String ticket, Client client) {
    holders.remove(ticket, client);
  }

  @Nullable
  Client holder(String ticket) {
    return holders.get(ticket);
  }
}

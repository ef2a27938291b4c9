package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.random.RandomId;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that may be resumed, by the ticket that each has been given (docs/PROTOCOL.md § 9.3).
 * Thread-safe.
 */
final class Tickets {
  private final ConcurrentMap<String, Session> holders = new ConcurrentHashMap<>();

  /** A ticket that stands for nothing yet; a guess at it would need the token as well. */
  String draw() {
    return RandomId.draw();
  }

  /** From here on the ticket stands for this session, whoever held it before. */
  void give(String ticket, Session session) {
    holders.put(ticket, session);
  }

  /** The ticket is void, unless it stands for another session by now. */
  void take(String ticket, Session session) {
    holders.remove(ticket, session);
  }

  /** All sessions that may be resumed, lost ones included. */
  List<Session> holders() {
    return List.copyOf(holders.values());
  }

  @Nullable
  Session holder(String ticket) {
    return holders.get(ticket);
  }
}

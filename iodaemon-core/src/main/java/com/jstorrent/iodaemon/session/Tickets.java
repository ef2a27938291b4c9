package com.jstorrent.iodaemon.session;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that may be resumed, by the ticket that each has been given (docs/PROTOCOL.md § 9.3).
 * Thread-safe.
 */
final class Tickets {
  /** Nobody guesses 128 random bits, and a guess needs the token as well. */
  private static final int BYTES = 16;

  private final SecureRandom random = new SecureRandom();
  private final ConcurrentMap<String, Session> holders = new ConcurrentHashMap<>();

  /** A ticket that stands for nothing yet. */
  String draw() {
    byte[] bits = new byte[BYTES];
    random.nextBytes(bits);
    return HexFormat.of().formatHex(bits);
  }

  /** From here on the ticket stands for this session, whoever held it before. */
  void give(String ticket, Session session) {
    holders.put(ticket, session);
  }

  /** The ticket is void, unless it stands for another session by now. */
  void take(String ticket, Session session) {
    holders.remove(ticket, session);
  }

  @Nullable
  Session holder(String ticket) {
    return holders.get(ticket);
  }
}

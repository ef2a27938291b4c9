package com.jstorrent.iodaemon.launcher;

import java.security.Security;

/**
 * Shortens the JDK's cache of resolved names. The JDK keeps addresses for 30 s and failures for 10 s, so a client
 * that retries, or whose network has changed, would get outdated results. The system's resolver caches as long as
 * the zone allows (RFC 2308) and knows when the network changes. All that is left to this cache is to save look-ups
 * for a series of datagrams.
 */
final class AddressCache {
  /** Seconds for which addresses are cached; with 0 each datagram would cause a look-up. */
  static final int POSITIVE_SECONDS = 5;

  /** Seconds for which failures are cached: not at all, so that each attempt looks up again. */
  static final int NEGATIVE_SECONDS = 0;

  private static final String POSITIVE = "networkaddress.cache.ttl";
  private static final String NEGATIVE = "networkaddress.cache.negative.ttl";

  private AddressCache() {}

  /** Sets both properties. Must be called before the first look-up, when the JDK reads them. */
  static void shorten() {
    Security.setProperty(POSITIVE, Integer.toString(POSITIVE_SECONDS));
    Security.setProperty(NEGATIVE, Integer.toString(NEGATIVE_SECONDS));
  }
}

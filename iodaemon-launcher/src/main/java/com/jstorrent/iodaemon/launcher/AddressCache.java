package com.jstorrent.iodaemon.launcher;

import java.security.Security;

/**
 * How long this process remembers what names resolve to. The JDK does it for 30 s, and for 10 s that a
 * name did not resolve: a client that tries again, and one whose network has changed, would be told of
 * the past. The system's resolver remembers as long as the zone allows (RFC 2308) and knows when the
 * network changes; so what is left to be saved here are the look-ups of a row of datagrams.
 */
final class AddressCache {
  /** Seconds for which the addresses of a name are taken for good; at 0 each datagram would ask. */
  static final int POSITIVE_SECONDS = 5;

  /** Seconds for which a failure is taken for good: each attempt asks anew. */
  static final int NEGATIVE_SECONDS = 0;

  private static final String POSITIVE = "networkaddress.cache.ttl";
  private static final String NEGATIVE = "networkaddress.cache.negative.ttl";

  private AddressCache() {}

  /** The JDK reads both when the first name is looked up, and never again. */
  static void shorten() {
    Security.setProperty(POSITIVE, Integer.toString(POSITIVE_SECONDS));
    Security.setProperty(NEGATIVE, Integer.toString(NEGATIVE_SECONDS));
  }
}

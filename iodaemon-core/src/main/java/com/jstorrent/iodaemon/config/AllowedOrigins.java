package com.jstorrent.iodaemon.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The origins of the pages that may use the daemon (PROTOCOL.md § 2). Immutable.
 *
 * @param origins complete ones, as a browser sends them
 * @param anyLocal whether pages served from this machine are allowed on every port: for development,
 *     when neither a profile nor development origins are given
 */
public record AllowedOrigins(Set<String> origins, boolean anyLocal) {
  private static final List<String> ANY_LOCAL_PORT =
      List.of("http://localhost:", "http://127.0.0.1:");

  /** A page from a file or in a sandbox sends "null"; a wildcard is not an origin at all. */
  private static final Set<String> NEVER = Set.of("null", "*");

  public AllowedOrigins {
    Set<String> sensible = new HashSet<>(origins);
    sensible.removeAll(NEVER);
    origins = Set.copyOf(sensible);
  }

  /** Whether a page of this origin may use the daemon that listens on {@code port}. */
  public boolean allows(String origin, int port) {
    if (origins.contains(origin)) {
      return true;
    }
    for (String prefix : ANY_LOCAL_PORT) {
      if (origin.startsWith(prefix)) {
        String rest = origin.substring(prefix.length());
        return rest.equals(Integer.toString(port)) || anyLocal && isPort(rest);
      }
    }
    return false;
  }

  private static boolean isPort(String text) {
    return !text.isEmpty() && text.length() <= 5
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}

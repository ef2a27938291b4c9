package com.jstorrent.iodaemon.transport;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may talk to the daemon: the names of a {@code Host} header, the origins of web pages, and the
 * token (PROTOCOL.md § 2). Immutable; any thread may ask.
 */
public final class AccessPolicy {
  private static final Set<String> LOOPBACK_NAMES = Set.of("127.0.0.1", "localhost", "[::1]");
  private static final List<String> ANY_LOCAL_PORT =
      List.of("http://localhost:", "http://127.0.0.1:");

  /** A page of a file or of a sandbox says "null"; a wildcard is no origin at all. */
  private static final Set<String> NEVER = Set.of("null", "*");

  private final byte[] tokenDigest;
  private final Set<String> origins;
  private final boolean anyLocalOrigin;

  /**
   * @param token the shared secret
   * @param origins the allowed origins, each whole, as a browser sends it
   * @param anyLocalOrigin whether pages of this machine are allowed on every port: for development,
   *     when neither a profile nor development origins are given
   */
  public AccessPolicy(String token, Set<String> origins, boolean anyLocalOrigin) {
    this.tokenDigest = digest(token);
    this.origins = new HashSet<>(origins);
    this.origins.removeAll(NEVER);
    this.anyLocalOrigin = anyLocalOrigin;
  }

  /**
   * Whether the token is ours. Takes the same time for every wrong one: digests of equal length are
   * compared, so not even the length of ours shows.
   */
  public boolean tokenMatches(@Nullable String candidate) {
    byte[] given = digest(candidate == null ? "" : candidate);
    return MessageDigest.isEqual(tokenDigest, given) & candidate != null;
  }

  /** Whether a {@code Host} header names this machine, with our port or none. */
  public boolean hostAllowed(@Nullable String host, int port) {
    if (host == null) {
      return false;
    }
    String name = host.toLowerCase(Locale.ROOT);
    String ours = ":" + port;
    return LOOPBACK_NAMES.contains(
        name.endsWith(ours) ? name.substring(0, name.length() - ours.length()) : name);
  }

  /** Whether a page of this origin may use the daemon that listens on {@code port}. */
  public boolean originAllowed(String origin, int port) {
    if (origins.contains(origin)) {
      return true;
    }
    for (String prefix : ANY_LOCAL_PORT) {
      if (origin.startsWith(prefix)) {
        String rest = origin.substring(prefix.length());
        return rest.equals(Integer.toString(port)) || anyLocalOrigin && isPort(rest);
      }
    }
    return false;
  }

  private static boolean isPort(String text) {
    return !text.isEmpty() && text.length() <= 5
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256.", e);
    }
  }
}

package com.jstorrent.iodaemon.transport;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may talk to the daemon: the names of a {@code Host} header, the origins of web pages, and the
 * token (PROTOCOL.md § 2). Any thread may ask.
 */
public final class AccessPolicy {
  private static final Set<String> LOOPBACK_NAMES = Set.of("127.0.0.1", "localhost", "[::1]");

  private final byte[] tokenDigest;
  private final WrongTokens wrongTokens;
  private volatile AllowedOrigins origins;

  /**
   * @param token the shared secret
   * @param failureDelay how long whoever shows many wrong tokens waits for each answer
   */
  public AccessPolicy(String token, AllowedOrigins origins, Duration failureDelay) {
    this.tokenDigest = digest(token);
    this.origins = origins;
    this.wrongTokens = new WrongTokens(failureDelay, System::nanoTime);
  }

  /**
   * Whether the token is ours. Takes the same time for every wrong one: digests of equal length are
   * compared, so not even the length of ours shows.
   */
  public boolean tokenMatches(@Nullable String candidate) {
    byte[] given = digest(candidate == null ? "" : candidate);
    return MessageDigest.isEqual(tokenDigest, given) && candidate != null;
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
    return origins.allows(origin, port);
  }

  /** Takes effect with the next request. */
  public void replaceOrigins(AllowedOrigins replacement) {
    origins = replacement;
  }

  /** A wrong token was shown; returns how long the answer has to wait. */
  public Duration penalty() {
    return wrongTokens.penalty();
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256.", e);
    }
  }
}

package com.jstorrent.iodaemon.access;

import com.jstorrent.iodaemon.config.AllowedOrigins;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may talk to the daemon, by the name in the {@code Host} header, the origin of a web page,
 * and the token (PROTOCOL.md § 2). Thread-safe.
 */
public final class AccessPolicy {
  private static final List<String> LOOPBACK_NAMES = List.of("127.0.0.1", "localhost", "[::1]");

  private final byte[] token;
  private final WrongTokens wrongTokens;
  private volatile AllowedOrigins origins;

  /**
   * @param token the shared secret
   * @param failureDelay how long each answer is delayed after many wrong tokens
   * @param nanoTime the clock by which wrong tokens are forgotten
   */
  public AccessPolicy(
      String token, AllowedOrigins origins, Duration failureDelay, LongSupplier nanoTime) {
    this.token = token.getBytes(StandardCharsets.UTF_8);
    this.origins = origins;
    this.wrongTokens = new WrongTokens(failureDelay, nanoTime);
  }

  /**
   * Whether the candidate is our token. The time that this takes depends only on the length of the
   * candidate, as {@link MessageDigest#isEqual} promises for its first argument, so it reveals neither
   * our token nor its length.
   */
  public boolean tokenMatches(@Nullable String candidate) {
    return candidate != null
        && MessageDigest.isEqual(candidate.getBytes(StandardCharsets.UTF_8), token);
  }

  /**
   * The same for a header value whose bytes were decoded as ISO 8859-1: programs send a token that is
   * not ASCII in UTF-8 or, where possible, in ISO 8859-1.
   */
  public boolean headerMatches(@Nullable String value) {
    return value != null
        && (MessageDigest.isEqual(value.getBytes(StandardCharsets.ISO_8859_1), token)
            || MessageDigest.isEqual(value.getBytes(StandardCharsets.UTF_8), token));
  }

  /** Whether a {@code Host} header names this machine, with our port or none. */
  public boolean hostAllowed(@Nullable String host, int port) {
    if (host == null) {
      return false;
    }
    String ours = ":" + port;
    String name = host.endsWith(ours) ? host.substring(0, host.length() - ours.length()) : host;
    for (String loopback : LOOPBACK_NAMES) {
      if (loopback.equalsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a page of this origin may use the daemon that listens on {@code port}. */
  public boolean originAllowed(String origin, int port) {
    return origins.allows(origin, port);
  }

  /** Takes effect with the next request. */
  public void replaceOrigins(AllowedOrigins replacement) {
    origins = replacement;
  }

  /** Records a wrong token; returns how long its answer must be delayed. */
  public Duration penalty() {
    return wrongTokens.penalty();
  }
}

package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.access.AccessPolicy;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.wire.Fields;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Checks who may send requests: Host, Origin and token, in the order of PROTOCOL.md § 2. The parser has already
 * made the first check there, that the request is well-formed. Thread-safe.
 */
final class RequestGate {
  private static final String BEARER = "Bearer";

  private final AccessPolicy access;
  private final Stats stats;
  private final Semaphore penalties =
      new Semaphore(Limits.UNAUTHENTICATED_CONNECTIONS); // delayed answers

  RequestGate(AccessPolicy access, Stats stats) {
    this.access = access;
    this.stats = stats;
  }

  /** The results of the checks. */
  record Verdict(Host host, Origin origin, Credential credential) {}

  /** The Host that the request names. */
  enum Host {
    ALLOWED,
    REFUSED,
    /** The request names more than one. */
    REPEATED
  }

  /** The origin of the page that sent the request. */
  enum Origin {
    /** The request has no Origin: no page of another origin sent it. */
    NONE,
    ALLOWED,
    REFUSED
  }

  /** The token of the request. */
  enum Credential {
    MISSING,
    WRONG,
    RIGHT
  }

  /**
   * @param port the daemon's own port
   */
  Verdict check(Fields request, int port) {
    return new Verdict(
        host(request.values("Host"), port),
        origin(request.values("Origin"), port),
        credential(request.values("X-JST-Auth"), request.values("Authorization")));
  }

  private Host host(List<String> hosts, int port) {
    if (hosts.size() > 1) {
      return Host.REPEATED;
    }
    return access.hostAllowed(single(hosts), port) ? Host.ALLOWED : Host.REFUSED;
  }

  private Origin origin(List<String> origins, int port) {
    if (origins.isEmpty()) {
      return Origin.NONE;
    }
    String origin = single(origins);
    return origin != null && access.originAllowed(origin, port) ? Origin.ALLOWED : Origin.REFUSED;
  }

  /** When both headers are there, X-JST-Auth decides: the other one may be meant for a proxy. */
  private Credential credential(List<String> tokens, List<String> authorizations) {
    boolean present = !tokens.isEmpty() || !authorizations.isEmpty();
    String token = tokens.isEmpty() ? bearer(single(authorizations)) : single(tokens);
    if (access.headerMatches(token)) {
      return Credential.RIGHT;
    }
    return present ? Credential.WRONG : Credential.MISSING;
  }

  /** RFC 9110 § 11.4: the scheme in any case, then one space or more. */
  private static @Nullable String bearer(@Nullable String credentials) {
    if (credentials == null
        || !credentials.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return null;
    }
    int start = BEARER.length();
    while (start < credentials.length() && credentials.charAt(start) == ' ') {
      start++;
    }
    return start == BEARER.length() ? null : credentials.substring(start);
  }

  /**
   * Counts a wrong token, and delays the answer to it, so that guessing is slow. Blocks the thread of the
   * connection.
   *
   * @throws IOException when too many answers are delayed already; then the connection ends unanswered
   */
  void awaitPenalty() throws IOException {
    stats.increment(Counter.AUTH_FAILURES);
    Duration penalty = access.penalty();
    if (penalty.isZero()) {
      return;
    }
    if (!penalties.tryAcquire()) {
      throw new IOException("Too many wrong tokens.");
    }
    try {
      Thread.sleep(penalty);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      penalties.release();
    }
  }

  private static @Nullable String single(List<String> values) {
    return values.size() == 1 ? values.getFirst() : null;
  }
}

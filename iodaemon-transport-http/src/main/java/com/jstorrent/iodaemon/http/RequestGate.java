package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.wire.Fields;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.access.AccessPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Which requests get in: the checks of PROTOCOL.md § 2, in its order, behind "well-formed", which
 * the parser has seen to.
 */
final class RequestGate {
  private static final String BEARER = "Bearer";

  private final AccessPolicy access;
  private final Stats stats;
  private final Semaphore guesses = new Semaphore(Limits.UNAUTHENTICATED_CONNECTIONS); // that wait for their answer

  RequestGate(AccessPolicy access, Stats stats) {
    this.access = access;
    this.stats = stats;
  }

  /** What a request shows about itself. */
  record Visitor(Host host, Origin origin, Credential credential) {}

  /** Whom it takes the daemon for. */
  enum Host {
    ALLOWED,
    REFUSED,
    /** It names more than one. */
    REPEATED
  }

  /** Where a request comes from. */
  enum Origin {
    /** No page sent it. */
    NONE,
    ALLOWED,
    REFUSED
  }

  /** What it shows. */
  enum Credential {
    MISSING,
    WRONG,
    RIGHT
  }

  /**
   * @param port the daemon's own port
   */
  Visitor look(Fields request, int port) {
    return new Visitor(
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
    boolean shown = !tokens.isEmpty() || !authorizations.isEmpty();
    String token = tokens.isEmpty() ? bearer(single(authorizations)) : single(tokens);
    if (access.tokenMatches(token)) {
      return Credential.RIGHT;
    }
    if (shown) {
      stats.increment(Counter.AUTH_FAILURES);
    }
    return shown ? Credential.WRONG : Credential.MISSING;
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
   * Before a wrong token is answered: whoever guesses waits. On the thread of that connection.
   *
   * @throws IOException when too many wait already; then there is no answer
   */
  void awaitPenalty() throws IOException {
    Duration penalty = access.penalty();
    if (penalty.isZero()) {
      return;
    }
    if (!guesses.tryAcquire()) {
      throw new IOException("Too many wrong tokens.");
    }
    try {
      Thread.sleep(penalty);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      guesses.release();
    }
  }

  private static @Nullable String single(List<String> values) {
    return values.size() == 1 ? values.getFirst() : null;
  }
}

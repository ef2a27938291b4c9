package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.transport.AccessPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Which requests get in: the checks of PROTOCOL.md § 2, in its order, behind "well-formed", which
 * the parser has seen to.
 */
final class RequestGate {
  private static final String BEARER = "Bearer ";

  private final AccessPolicy access;
  private final Stats stats;
  private final Semaphore guesses = new Semaphore(Limits.STRANGERS); // that wait for their answer

  RequestGate(AccessPolicy access, Stats stats) {
    this.access = access;
    this.stats = stats;
  }

  /** What a request shows about itself. */
  record Visitor(boolean hostAllowed, Origin origin, Credential credential) {}

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
  Visitor look(HttpRequest request, int port) {
    return new Visitor(
        access.hostAllowed(single(request, "Host"), port),
        origin(request, port),
        credential(request));
  }

  private Origin origin(HttpRequest request, int port) {
    if (request.countHeaders("Origin") == 0) {
      return Origin.NONE;
    }
    String origin = single(request, "Origin");
    return origin != null && access.originAllowed(origin, port) ? Origin.ALLOWED : Origin.REFUSED;
  }

  private Credential credential(HttpRequest request) {
    String authorization = single(request, "Authorization");
    String token = single(request, "X-JST-Auth");
    if (token == null && authorization != null && authorization.startsWith(BEARER)) {
      token = authorization.substring(BEARER.length());
    }
    boolean shown = request.containsHeader("X-JST-Auth") || request.containsHeader("Authorization");
    if (access.tokenMatches(token)) {
      return Credential.RIGHT;
    }
    if (shown) {
      stats.increment(Counter.AUTH_FAILURES);
    }
    return shown ? Credential.WRONG : Credential.MISSING;
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

  private static @Nullable String single(HttpRequest request, String name) {
    Header[] headers = request.getHeaders(name);
    return headers.length == 1 ? headers[0].getValue() : null;
  }
}

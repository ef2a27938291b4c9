package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.event.SessionInfo;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.stream.RangeRequests;
import com.jstorrent.iodaemon.transport.Endpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name of a session, and whether it has been announced to the log, to the embedder, and to the
 * streams that ask it for ranges. Used by the thread that delivers frames, except {@link #info} and
 * {@link #announced}.
 */
final class SessionIdentity {
  private static final Logger LOG = LoggerFactory.getLogger(SessionIdentity.class);

  private final SessionContext context;
  private final Endpoint endpoint;
  private final @Nullable RangeRequests ranges;
  private volatile SessionInfo info; // named by CLIENT_HELLO, if not by the connection
  private volatile boolean announced;

  /**
   * @param ranges the requests of streams for ranges from this session; null when it gets none
   */
  SessionIdentity(
      SessionInfo info,
      Endpoint endpoint,
      @Nullable RangeRequests ranges,
      SessionContext context) {
    this.info = info;
    this.endpoint = endpoint;
    this.ranges = ranges;
    this.context = context;
  }

  SessionInfo info() {
    return info;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** Whether the client has shown the token, and was still there when it had. */
  boolean announced() {
    return announced;
  }

  /** Called when the client has shown the token; a second call has no effect. */
  void opened() {
    if (!announced) {
      announced = true;
      logOpened();
      tellOpened();
    }
  }

  /** Sets the name from CLIENT_HELLO; a session that was announced without a name is announced again. */
  void named(@Nullable String name) {
    if (name == null || info.name() != null) {
      return;
    }
    if (announced) {
      context.listener().onSessionClosed(info);
    }
    info = new SessionInfo(info.number(), name);
    if (announced) {
      LOG.info("Session {} has the id {}.", info.number(), printable(name));
      tellOpened();
    }
  }

  private void logOpened() {
    String name = info.name();
    if (name == null) {
      LOG.info("Session {} is open.", info.number());
    } else {
      LOG.info("Session {} is open, with the id {}.", info.number(), printable(name));
    }
  }

  private void tellOpened() {
    context.listener().onSessionOpened(info);
    String name = info.name();
    if (name != null && ranges != null) {
      context.streams().sessionOpened(name, ranges);
    }
  }

  /** A client chooses its name, and must not write lines of its own into the log. */
  private static String printable(String name) {
    StringBuilder text = new StringBuilder(name);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        text.setCharAt(i, '?');
      }
    }
    return text.toString();
  }

  /**
   * The connection has ended.
   *
   * @param lost whether the client may come back for its sockets
   */
  void closed(boolean lost, Stats stats) {
    if (!announced) {
      return;
    }
    String name = info.name();
    if (name != null && ranges != null) {
      context.streams().sessionClosed(name, ranges);
    }
    LOG.info(
        "Session {} {} after {} s: {} TCP sockets opened, {} connects failed, {} bytes to peers and {}"
            + " from them, {} datagrams dropped.",
        info.number(),
        lost ? "was lost" : "has ended",
        stats.uptime().toSeconds(),
        stats.get(Counter.TCP_OPENED),
        stats.get(Counter.CONNECT_FAILURES),
        stats.get(Counter.BYTES_SENT),
        stats.get(Counter.BYTES_RECEIVED),
        stats.get(Counter.UDP_SEND_DROPS) + stats.get(Counter.UDP_RECEIVE_DROPS));
    context.listener().onSessionClosed(info);
  }
}

package com.jstorrent.iodaemon.client.files;

import com.jstorrent.iodaemon.client.report.DaemonStats;
import com.jstorrent.iodaemon.client.report.NetworkAddress;
import com.jstorrent.iodaemon.client.report.RootInfo;
import com.jstorrent.iodaemon.client.report.SocketList;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpTimeoutException;
import java.util.List;

/**
 * The daemon itself (PROTOCOL.md § 5.1 and § 5.4). Its methods block and throw like those of {@link FilesClient}.
 * Immutable and thread-safe.
 */
public final class DaemonControl {
  private final HttpCalls calls;

  DaemonControl(HttpCalls calls) {
    this.calls = calls;
  }

  /**
   * Whether a daemon answers at this address. The token is not sent, so the result says nothing about the token;
   * {@link #ping} checks it.
   *
   * @return false when nothing listens there, or something else does
   * @throws IOException when there is no answer in time, the thread is interrupted, or the client is closed
   */
  public boolean isHealthy() throws IOException {
    try {
      return calls
          .call(Request.get("/health").with(Request.Trait.OPEN), Answer::text)
          .equals("ok");
    } catch (InterruptedIOException | HttpTimeoutException e) {
      throw e;
    } catch (IOException e) {
      if (calls.isClosed()) {
        throw e;
      }
      return false;
    }
  }

  /**
   * Returns when the daemon has answered and the token is right.
   *
   * @throws FilesException with the status 401 when the token is wrong
   */
  public void ping() throws IOException {
    calls.run(Request.post("/control/ping"));
  }

  /** The daemon's counters and sessions. */
  public DaemonStats stats() throws IOException {
    return Reports.daemon(calls.call(Request.get("/stats"), Answer::object));
  }

  /** The sockets of all sessions. */
  public SocketList sockets() throws IOException {
    return Reports.sockets(calls.call(Request.get("/stats/sockets"), Answer::object));
  }

  /**
   * The sockets of one session.
   *
   * @param session its number
   */
  public SocketList sockets(long session) throws IOException {
    return Reports.sockets(
        calls.call(Request.get("/stats/sockets?session=" + session), Answer::object));
  }

  /** The daemon's counters as OpenMetrics text. */
  public String metrics() throws IOException {
    return calls.call(Request.get("/metrics"), Answer::text);
  }

  /** The download roots, which the daemon checks for this call. */
  public List<RootInfo> roots() throws IOException {
    return Reports.roots(calls.call(Request.get("/roots"), Answer::object));
  }

  /** The addresses of the daemon's machine, IPv4 first. */
  public List<NetworkAddress> interfaces() throws IOException {
    return Reports.interfaces(
        JsonAnswer.objects(calls.call(Request.get("/network/interfaces"), Answer::json)));
  }

  /** Makes the daemon read its roots and its origin from the disk again. */
  public void reload() throws IOException {
    calls.run(Request.post("/api/read-rpc-info-from-disk"));
  }

  /** Asks the daemon for a graceful shutdown. Returns when the daemon has agreed, before it has ended. */
  public void shutdown() throws IOException {
    calls.run(Request.post("/control/shutdown").with(Request.Trait.ONCE));
  }
}

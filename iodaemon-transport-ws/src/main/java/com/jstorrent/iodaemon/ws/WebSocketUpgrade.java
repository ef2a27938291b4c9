package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.UpgradeHook;
import com.jstorrent.iodaemon.http.UpgradeRequest;
import com.jstorrent.iodaemon.json.codec.JsonHello;
import com.jstorrent.iodaemon.json.codec.JsonReports;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.memory.MemoryUse;
import com.jstorrent.iodaemon.memory.Share;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.Endpoint;
import com.jstorrent.iodaemon.transport.HelloCodec;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Upgrades requests for {@code /io} and {@code /control} to WebSockets, each of which is a
 * session's connection (PROTOCOL.md § 2 and § 3).
 */
public final class WebSocketUpgrade implements UpgradeHook {
  private static final String SESSION_HEADER = "x-jst-session";
  private static final String RETRY_SECONDS = "1";

  private final Endpoint endpoint;
  private final HelloCodec hello = new JsonHello();
  private volatile @Nullable DaemonServices services;

  private WebSocketUpgrade(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** The upgrade at {@code /io}, which relays sockets. */
  public static WebSocketUpgrade io() {
    return new WebSocketUpgrade(Endpoint.IO);
  }

  /** The upgrade at {@code /control}, which reports roots, events and statistics. */
  public static WebSocketUpgrade control() {
    return new WebSocketUpgrade(new Endpoint.Control(new JsonReports()));
  }

  @Override
  public String path() {
    return "/" + endpoint.label();
  }

  @Override
  public void start(DaemonServices offered) {
    services = offered;
  }

  @Override
  public @Nullable Refusal refuse(UpgradeRequest request) {
    Refusal refusal = UpgradeCheck.refuse(request);
    if (refusal == null && !hasMemory(daemon().memory().budget())) {
      return new Refusal(
          503,
          "There is no memory for another client; try again in a moment.",
          new Refusal.Header("Retry-After", RETRY_SECONDS));
    }
    if (refusal == null && !request.authenticated()
        && !daemon().sessions().acceptsUnauthenticated()) {
      return new Refusal(
          503,
          "Too many connections have not authenticated yet; send X-JST-Auth, or try again.",
          new Refusal.Header("Retry-After", RETRY_SECONDS));
    }
    return refusal;
  }

  private static boolean hasMemory(MemoryBudget budget) {
    return budget.hasRoom(Share.FAIR, MemoryUse.CONNECTIONS, Limits.WEBSOCKET_BYTES);
  }

  @Override
  public void serve(UpgradeRequest request) throws IOException {
    DaemonServices daemon = daemon();
    ConnectionInfo info =
        new ConnectionInfo(
            request.authenticated(), request.single(SESSION_HEADER), endpoint, hello);
    new WebSocketConnection(
        request.channel(), daemon.memory(), daemon.limits(), daemon.clock())
        .serve(request, daemon.sessions(), info);
  }

  private DaemonServices daemon() {
    DaemonServices daemon = services;
    if (daemon == null) {
      throw new IllegalStateException("The endpoint was used before it was started.");
    }
    return daemon;
  }
}

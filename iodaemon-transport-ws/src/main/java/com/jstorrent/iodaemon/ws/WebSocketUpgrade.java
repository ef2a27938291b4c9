package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.json.JsonHello;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.HelloCodec;
import com.jstorrent.iodaemon.transport.UpgradeHook;
import com.jstorrent.iodaemon.transport.UpgradeRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The endpoint {@code /io}: a WebSocket for each session (PROTOCOL.md § 2 and § 3). */
public final class WebSocketUpgrade implements UpgradeHook {
  private static final String SESSION_HEADER = "x-jst-session";

  private final String path;
  private final HelloCodec hello = new JsonHello();
  private volatile @Nullable DaemonServices services;

  private WebSocketUpgrade(String path) {
    this.path = path;
  }

  /** The endpoint that relays sockets. */
  public static WebSocketUpgrade io() {
    return new WebSocketUpgrade("/io");
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public void start(DaemonServices offered) {
    services = offered;
  }

  @Override
  public @Nullable Refusal refuse(UpgradeRequest request) {
    return UpgradeCheck.refuse(request);
  }

  @Override
  public void serve(UpgradeRequest request) throws IOException {
    DaemonServices daemon = services;
    if (daemon == null) {
      throw new IllegalStateException("The endpoint was used before it was started.");
    }
    ConnectionInfo info =
        new ConnectionInfo(request.authenticated(), request.single(SESSION_HEADER), hello);
    new WebSocketConnection(request.channel(), daemon.limits(), daemon.timer())
        .serve(request, daemon.sessions(), info);
  }
}

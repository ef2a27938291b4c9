package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.http.wire.LoopbackListener;
import com.jstorrent.iodaemon.transport.BoundTransport;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.ServerTransport;
import com.jstorrent.iodaemon.transport.service.RequestServices;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A port on 127.0.0.1 for HTTP/1.1 and for the protocols that connections are upgraded to
 * (PROTOCOL.md § 2). Configure it on one thread, before the daemon starts.
 */
public final class HttpTransport implements ServerTransport {
  private static final int MAX_PORT = 65_535;

  private final int port;
  private final List<UpgradeHook> hooks = new ArrayList<>();

  private HttpTransport(int port) {
    this.port = port;
  }

  /**
   * Serves on this port; 0 lets the system choose.
   *
   * @throws IllegalArgumentException when it is not from 0 to 65,535
   */
  public static HttpTransport onPort(int port) {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "port must be from 0 to " + MAX_PORT + ", and is " + port + ".");
    }
    return new HttpTransport(port);
  }

  /**
   * Adds a protocol; requests for its path upgrade to it.
   *
   * @throws NullPointerException when it is null
   */
  public HttpTransport upgrade(UpgradeHook hook) {
    hooks.add(Objects.requireNonNull(hook, "upgrade must not be null."));
    return this;
  }

  /**
   * @throws IllegalArgumentException when the services are not those that a daemon hands over
   */
  @Override
  public BoundTransport start(DaemonServices services) throws IOException {
    hooks.forEach(hook -> hook.start(services));
    RequestLoop loop = new RequestLoop(RequestServices.of(services), List.copyOf(hooks));
    return LoopbackListener.open(
        port,
        services.limits().connections(),
        loop,
        services.clock(),
        services::reportFailure);
  }
}

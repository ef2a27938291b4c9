package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.route.Reply;
import com.jstorrent.iodaemon.http.route.Routes;
import com.jstorrent.iodaemon.http.wire.HttpConnection;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.UpgradeHook;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * Serves a connection request by request until one side wants to end. HttpCore has such a loop, but
 * it answers 100 before a handler can refuse, waits for bodies that never come, and closes without
 * a word on a bad chunk.
 */
final class RequestLoop {
  private final Limits limits;
  private final Stats stats;
  private final RequestGate gate;
  private final Endpoints endpoints;

  RequestLoop(DaemonServices services, List<UpgradeHook> upgrades) {
    limits = services.limits();
    stats = services.stats();
    gate = new RequestGate(services.access(), stats);
    endpoints = new Endpoints(Routes.of(services), upgrades);
  }

  /**
   * Blocks until the connection ends; the caller then closes the channel.
   *
   * @throws IOException when the connection breaks
   */
  void serve(SocketChannel channel) throws IOException {
    stats.increment(Counter.HTTP_CONNECTIONS);
    try {
      int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
      HttpConnection connection = new HttpConnection(channel, limits);
      Responder responder = new Responder(connection);
      boolean more = true;
      while (more) {
        ClassicHttpRequest request = next(connection, responder);
        more =
            request != null
                && new Exchange(connection, request, endpoints, gate, port).run(responder);
      }
    } finally {
      stats.decrement(Counter.HTTP_CONNECTIONS);
    }
  }

  /** Null when there is none; if it could not be read, that has been answered. */
  private @Nullable ClassicHttpRequest next(HttpConnection connection, Responder responder)
      throws IOException {
    Exception failure;
    try {
      ClassicHttpRequest request = connection.next();
      if (request != null) {
        stats.increment(Counter.HTTP_REQUESTS);
      }
      return request;
    } catch (HttpException | IOException e) {
      failure = e;
    }
    Reply refusal = Failures.ofUnreadable(failure);
    if (refusal != null) {
      responder.send(null, refusal, true);
    }
    return null;
  }
}

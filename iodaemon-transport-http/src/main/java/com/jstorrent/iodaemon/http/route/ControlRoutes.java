package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.transport.service.RequestServices;
import java.nio.channels.WritableByteChannel;
import java.util.Map;

/** Requests of the host application about the daemon as a whole (PROTOCOL.md § 5.4). */
final class ControlRoutes {
  private final RequestServices services;

  ControlRoutes(RequestServices services) {
    this.services = services;
  }

  Reply ping(Call call) {
    return Reply.text("pong");
  }

  Reply reload(Call call) throws OperationFailure {
    services.reload();
    return Reply.json("{}");
  }

  /** The shutdown begins when the answer has been written, or writing it has failed. */
  Reply shutdown(Call call) {
    Reply.Source nothing =
        new Reply.Source() {
          @Override
          public void writeTo(WritableByteChannel out) {}

          @Override
          public void close() {
            services.requestShutdown();
          }
        };
    return new Reply(Reply.OK, Map.of(), new Reply.Streamed("text/plain", 0, nothing))
        .with(Reply.CONNECTION, "close");
  }
}

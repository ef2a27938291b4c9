package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/**
 * Reads JSON bodies for routes. A body is parsed only when it has arrived completely, so that a slow
 * client does not block the parsing of other large bodies. Thread-safe.
 */
final class JsonBodies {
  private static final int SMALL_BYTES = 256 << 10;

  private final BodyMemory memory;
  private final Semaphore large = new Semaphore(Limits.LARGE_JSON_BODIES, true);

  JsonBodies(BodyMemory memory) {
    this.memory = memory;
  }

  /** The work of a route whose body is a JSON object. */
  @FunctionalInterface
  interface Handler {
    Reply answer(Call call, JsonBody body) throws OperationFailure, IOException;
  }

  Route.Handler route(Handler handler) {
    return call -> handler.answer(call, read(call));
  }

  private JsonBody read(Call call) throws OperationFailure, IOException {
    try (HeldBody held = memory.read(call, Limits.JSON_BYTES)) {
      if (held.length() <= SMALL_BYTES) {
        return JsonBody.parse(held.parts());
      }
      // Parsed, it takes many times its length in memory.
      large.acquireUninterruptibly();
      try {
        return JsonBody.parse(held.parts());
      } finally {
        large.release();
      }
    }
  }
}

package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/**
 * Reads bodies in JSON for routes. One is taken apart when it has come, so that none which comes slowly
 * keeps others waiting. Any thread may call it.
 */
final class JsonBodies {
  private static final int SMALL_BYTES = 256 << 10;

  private final BodyMemory memory;
  private final Semaphore large = new Semaphore(Limits.LARGE_JSON_BODIES, true);

  JsonBodies(BodyMemory memory) {
    this.memory = memory;
  }

  /** The work of a route that takes an object. */
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
      // What it becomes in memory is many times as long.
      large.acquireUninterruptibly();
      try {
        return JsonBody.parse(held.parts());
      } finally {
        large.release();
      }
    }
  }
}

package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Memory for messages that do not arrive at once, in pieces of {@link Limits#SEGMENT_BYTES}. */
interface Segments {

  /**
   * An empty segment. May wait until there is one; meanwhile the client is not read, and TCP slows it.
   *
   * @throws IOException when the connection has to end for want of memory
   */
  ByteBuffer take() throws IOException;

  /** From here on the caller must not use the segment. */
  void give(ByteBuffer segment);

  /** Those of a pool, without a limit of its own. */
  static Segments of(BufferPool pool) {
    return new Segments() {
      @Override
      public ByteBuffer take() {
        return pool.take();
      }

      @Override
      public void give(ByteBuffer segment) {
        pool.give(segment);
      }
    };
  }
}

package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Buffers of one size, into which one connection reads. */
interface Buffers {

  /** The capacity of each buffer. */
  int bufferBytes();

  /**
   * An empty buffer. May wait until there is memory for it; meanwhile the client is not read, and TCP slows it.
   *
   * @throws IOException when the connection ends instead
   */
  ByteBuffer take() throws IOException;

  /**
   * Gives a buffer back; the caller must not use it afterwards. One of another size is left to the garbage
   * collector.
   */
  void give(ByteBuffer buffer);

  /** The buffers of a pool, without a limit of their own. */
  static Buffers of(BufferPool pool) {
    return new Buffers() {
      @Override
      public int bufferBytes() {
        return pool.bufferBytes();
      }

      @Override
      public ByteBuffer take() {
        return pool.take();
      }

      @Override
      public void give(ByteBuffer buffer) {
        pool.give(buffer);
      }
    };
  }
}
